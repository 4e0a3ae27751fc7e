import sharp, { type Sharp } from 'sharp';
import type { Pixels } from './decode.ts';

/** Sizes in which pictures are shown: the longest side, in pixels, smallest first. */
export const sizes = [
  ['thumbnail', 256],
  ['640', 640],
  ['1280', 1_280],
  ['2048', 2_048],
] as const;

/** The longest side that a rendition has. */
export const MAX_SIDE = 2_048;

export const renditionFormats = { WEBP: 'image/webp', AVIF: 'image/avif' } as const;
export type RenditionFormat = keyof typeof renditionFormats;

/** A picture in a size and a format. */
export interface Rendition {
  readonly name: string;
  readonly format: RenditionFormat;
  readonly width: number;
  readonly height: number;
  readonly body: Uint8Array;
}

/** The sizes that a picture is made in: none is larger than it is, and no two are the same. */
export function sizesFor(width: number, height: number): readonly (readonly [name: string, side: number])[] {
  const longest = Math.max(width, height);
  const end = sizes.findIndex(([, side]) => side >= longest);
  return end === -1 ? sizes : sizes.slice(0, end + 1);
}

const encoders = {
  WEBP: (image: Sharp) => image.webp({ quality: 80, alphaQuality: 90, effort: 4 }),
  AVIF: (image: Sharp) => image.avif({ quality: 50, effort: 3 }),
} satisfies Record<RenditionFormat, unknown>;

async function scale({ data, ...raw }: Pixels, side: number): Promise<Pixels> {
  if (Math.max(raw.width, raw.height) <= side) return { data, ...raw };
  const scaled = await sharp(data, { raw })
    .resize({ width: side, height: side, fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { ...raw, data: scaled.data, width: scaled.info.width, height: scaled.info.height };
}

/**
 * Makes the renditions of a picture, one after the other: each is an encoder's memory. They are made of pixels alone, so
 * nothing that was written into the original is in them. `onMade`: how many of all are made.
 */
export async function renditionsOf(
  pixels: Pixels,
  onMade: (made: number, all: number) => void = () => undefined,
): Promise<Rendition[]> {
  const formats = Object.keys(encoders) as RenditionFormat[];
  const wanted = sizesFor(pixels.width, pixels.height);
  const renditions: Rendition[] = [];
  for (const [name, side] of wanted) {
    const { data, ...raw } = await scale(pixels, side);
    for (const format of formats) {
      const body = await encoders[format](sharp(data, { raw })).toBuffer();
      renditions.push({ name, format, width: raw.width, height: raw.height, body });
      onMade(renditions.length, wanted.length * formats.length);
    }
  }
  return renditions;
}

/** Its longest side: models divide a picture into tiles of some 512 pixels. */
const SAMPLE_SIDE = 768;

/** A small JPEG of a picture, on white where it is transparent. */
export async function sampleOf(pixels: Pixels): Promise<Uint8Array> {
  const { data, ...raw } = await scale(pixels, SAMPLE_SIDE);
  return sharp(data, { raw }).flatten({ background: '#ffffff' }).jpeg({ quality: 80 }).toBuffer();
}
