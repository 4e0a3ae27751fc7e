import { type Decoded, decode } from './decode.ts';
import { type Shot, shotOf } from './exif.ts';
import { type Look, lookOf } from './look.ts';
import { MAX_SIDE, type Rendition, renditionsOf, sampleOf } from './renditions.ts';

/** What is wanted of a picture. */
export interface PictureTask {
  readonly maxPixels: number;
  readonly keepPosition: boolean;
  /** Whether it is to be shown to a model. */
  readonly withSample: boolean;
}

/** A picture made ready to be shown. */
export interface Picture
  extends Look,
    Shot,
    Pick<Decoded, 'format' | 'width' | 'height' | 'pages' | 'hasAlpha'> {
  readonly renditions: readonly Rendition[];
  /** A small JPEG of it, which every model reads. */
  readonly sample?: Uint8Array;
}

/**
 * Makes a stranger's picture ready to be shown.
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
