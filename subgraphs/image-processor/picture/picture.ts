import { type Decoded, decode } from './decode.ts';
import { type Shot, shotOf } from './exif.ts';
import { type Look, lookOf } from './look.ts';
import { MAX_SIDE, type Rendition } from './rendition.ts';
import { renditionsOf, sampleOf } from './renditions.ts';

/** The options of processing a picture. */
export interface PictureTask {
  /** Limit for the first frame or page. */
  readonly maxPixels: number;
  /** Whether to read the position from the metadata. */
  readonly keepPosition: boolean;
  /** Whether to make a sample for a vision model. */
  readonly withSample: boolean;
}

/** A processed picture. */
export interface Picture
  extends Look,
    Shot,
    Pick<Decoded, 'format' | 'width' | 'height' | 'pages' | 'hasAlpha'> {
  /** The smallest first, each as WebP, then as AVIF. */
  readonly renditions: readonly Rendition[];
  /** A small JPEG for a vision model. */
  readonly sample?: Uint8Array;
}

/**
 * Processes an untrusted picture: decodes it, reads its metadata, makes placeholders and renditions.
 * @throws BlobgraphError IMAGE_UNSUPPORTED, IMAGE_INVALID, IMAGE_TOO_LARGE
 */
export async function makePicture(
  bytes: Buffer,
  { maxPixels, keepPosition, withSample }: PictureTask,
  onProgress: (done: number, stage: string) => void = () => undefined,
): Promise<Picture> {
  onProgress(0, 'decoding');
  const { pixels, exif, ...decoded } = await decode(bytes, { maxPixels, maxSide: MAX_SIDE });
  const look = await lookOf(pixels);
  const renditions = await renditionsOf(pixels, (made, all) => onProgress(made / all, 'making renditions'));
  const sample = withSample ? { sample: await sampleOf(pixels) } : {};
  return { ...decoded, ...shotOf(exif, keepPosition), ...look, ...sample, renditions };
}
