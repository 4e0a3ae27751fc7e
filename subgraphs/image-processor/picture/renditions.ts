import sharp, { type Sharp } from 'sharp';
import type { Pixels } from './decode.ts';
import { type Rendition, type RenditionFormat, sizesFor } from './rendition.ts';

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
 * Makes a picture's renditions one after the other, to bound the encoders' memory. They are made from pixels, so no
 * metadata of the original remains. `onMade` reports how many of all are done.
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

/** The sample's longest side: models divide pictures into tiles of some 512 pixels. */
const SAMPLE_SIDE = 768;

/** A small JPEG of a picture; transparent parts become white. */
export async function sampleOf(pixels: Pixels): Promise<Uint8Array> {
  const { data, ...raw } = await scale(pixels, SAMPLE_SIDE);
  return sharp(data, { raw }).flatten({ background: '#ffffff' }).jpeg({ quality: 80 }).toBuffer();
}
