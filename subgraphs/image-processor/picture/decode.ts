import sharp, { type Metadata, type Sharp } from 'sharp';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { formatOf, type ImageFormat, otherFormatOf } from './format.ts';
import { isHarmless, refusalOf, tooManyPixels } from './refusals.ts';

/** Pixels in sRGB, 8 bits a channel, upright. */
export interface Pixels {
  /** Rows from the top without padding: `width` × `height` × `channels` bytes. */
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  /** 4: with alpha, not premultiplied. */
  readonly channels: 3 | 4;
}

/** A decoded picture. */
export interface Decoded {
  /** At most as large as the largest rendition. */
  readonly pixels: Pixels;
  /** By the file's first bytes. */
  readonly format: ImageFormat;
  /** Of the original when upright. */
  readonly width: number;
  /** As the width: of the original when upright. */
  readonly height: number;
  /** Frames or pages of the file, from 1; only the first is decoded. */
  readonly pages: number;
  readonly hasAlpha: boolean;
  /** Unparsed; absent when the file has none. */
  readonly exif?: Buffer;
}

export interface DecodeLimits {
  /** Limit for the first frame or page. */
  readonly maxPixels: number;
  /** The longest side of the result. */
  readonly maxSide: number;
}

/** Undoes EXIF's orientations 2 to 8, in which pixels are stored mirrored, then rotated. */
const orientations: Readonly<Record<number, (image: Sharp) => Sharp>> = {
  2: (image) => image.flop(),
  3: (image) => image.rotate(180),
  4: (image) => image.flip(),
  5: (image) => image.flop().rotate(270),
  6: (image) => image.rotate(90),
  7: (image) => image.flop().rotate(90),
  8: (image) => image.rotate(270),
};

const turnsSides = (orientation: number): boolean => orientation >= 5;

/** @throws BlobgraphError IMAGE_UNSUPPORTED with the detected format */
function assertFormat(bytes: Buffer): ImageFormat {
  const format = formatOf(bytes);
  if (format) return format;
  if (bytes.length === 0) throw new BlobgraphError('IMAGE_INVALID', 'The file is empty.');
  const other = otherFormatOf(bytes);
  const message = `The file is ${other ?? 'no picture'}; JPEG, PNG, WebP, AVIF, GIF and TIFF are read.`;
  throw new BlobgraphError('IMAGE_UNSUPPORTED', message);
}

type FailOn = 'warning' | 'error';

const open = (bytes: Buffer, { maxPixels }: DecodeLimits, failOn: FailOn): Sharp =>
  sharp(bytes, {
    failOn,
    limitInputPixels: maxPixels || false,
    sequentialRead: true,
    unlimited: false,
    pages: 1,
  });

/**
 * Reads the first frame. Shrinks while decoding, before it is turned upright, so that a large picture never is in
 * memory.
 */
async function shrink(bytes: Buffer, limits: DecodeLimits, failOn: FailOn): Promise<Pixels> {
  const { maxSide } = limits;
  const { data, info } = await open(bytes, limits, failOn)
    .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

/** Refuses damaged pictures, except for faults that every viewer tolerates. */
const shrinkStrictly = (bytes: Buffer, limits: DecodeLimits): Promise<Pixels> =>
  shrink(bytes, limits, 'warning').catch((error: unknown) => {
    if (!isHarmless(error)) throw error;
    return shrink(bytes, limits, 'error');
  });

async function turn(pixels: Pixels, orientation: number): Promise<Pixels> {
  const turned = orientations[orientation];
  if (!turned) return pixels;
  const { data: stored, ...raw } = pixels;
  const { data, info } = await turned(sharp(stored, { raw })).raw().toBuffer({ resolveWithObject: true });
  return { ...pixels, data, width: info.width, height: info.height };
}

/** The height of one frame. */
const heightOf = ({ height, pageHeight }: Metadata): number => pageHeight ?? height;

/**
 * Decodes an untrusted picture: first its header, then the pixels of the first frame or page.
 * @throws BlobgraphError IMAGE_UNSUPPORTED, IMAGE_INVALID, IMAGE_TOO_LARGE
 */
export async function decode(bytes: Buffer, limits: DecodeLimits): Promise<Decoded> {
  const format = assertFormat(bytes);
  try {
    // Reads the header without a limit; the limit is checked below with an error of its own.
    const metadata = await open(bytes, { ...limits, maxPixels: 0 }, 'error').metadata();
    const { width, orientation = 1, pages = 1, hasAlpha = false, exif } = metadata;
    const height = heightOf(metadata);
    if (width * height > limits.maxPixels) throw tooManyPixels(width, height, limits.maxPixels);
    const pixels = await turn(await shrinkStrictly(bytes, limits), orientation);
    const [shownWidth, shownHeight] = turnsSides(orientation) ? [height, width] : [width, height];
    return {
      pixels,
      format,
      width: shownWidth,
      height: shownHeight,
      pages,
      hasAlpha,
      ...(exif ? { exif } : {}),
    };
  } catch (error) {
    throw refusalOf(error);
  }
}
