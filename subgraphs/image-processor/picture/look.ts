import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { Pixels } from './decode.ts';

/** Placeholders to show before a picture has loaded. */
export interface Look {
  /** As `#rrggbb`, by area, largest first. */
  readonly dominantColors: readonly string[];
  /** Base64. */
  readonly thumbhash: string;
}

const COLORS = 5;
/** Colours to which the picture is reduced before similar ones are merged. */
const REDUCED = 24;
/** Colours with a smaller distance count as the same; black and white are some 765 apart. */
const ALIKE = 110;
/** The least share of pixels of a dominant colour. */
const LEAST_SHARE = 0.02;
/** The longest side of the reduced picture: ThumbHash allows 100. */
const SIDE = 100;
/** Alpha from which a pixel counts. */
const OPAQUE = 128;

/** Perceived distance of two colours (“redmean”, compuphase.com/cmetric.htm). */
function distance(one: number, other: number): number {
  const channel = (color: number, shift: number) => (color >> shift) & 0xff;
  const red = (channel(one, 16) + channel(other, 16)) / 2;
  const [r, g, b] = [16, 8, 0].map((shift) => channel(one, shift) - channel(other, shift)) as [
    number,
    number,
    number,
  ];
  return Math.sqrt((2 + red / 256) * r * r + 4 * g * g + (2 + (255 - red) / 256) * b * b);
}

/** The most frequent colours, each with similar ones merged; most frequent first. */
function distinctColors(counts: ReadonlyMap<number, number>): number[] {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const groups: { color: number; count: number }[] = [];
  for (const [color, count] of sorted) {
    const alike = groups.find((group) => distance(group.color, color) < ALIKE);
    if (alike) alike.count += count;
    else groups.push({ color, count });
  }
  const all = groups.reduce((sum, { count }) => sum + count, 0);
  const most = groups.filter(({ count }) => count >= all * LEAST_SHARE).sort((a, b) => b.count - a.count);
  return most.slice(0, COLORS).map(({ color }) => color);
}

const hex = (color: number): string => `#${color.toString(16).padStart(6, '0')}`;

/** Reduces the picture to few colours and counts them. Ignores transparent pixels. */
async function dominantColors(rgba: Buffer, raw: { width: number; height: number }): Promise<string[]> {
  const reduced = await sharp(rgba, { raw: { ...raw, channels: 4 } })
    .png({ palette: true, colours: REDUCED, dither: 0, effort: 10 })
    .toBuffer();
  // A picture of our own: PNG is an allowed loader.
  const pixels = await sharp(reduced).ensureAlpha().toColourspace('srgb').raw().toBuffer();
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels.readUInt8(at + 3) < OPAQUE) continue;
    const color = pixels.readUIntBE(at, 3);
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  return distinctColors(counts).map(hex);
}

/** Colours and ThumbHash of a picture. */
export async function lookOf({ data, ...raw }: Pixels): Promise<Look> {
  const { data: rgba, info } = await sharp(data, { raw })
    .resize({ width: SIDE, height: SIDE, fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return {
    dominantColors: await dominantColors(rgba, { width, height }),
    thumbhash: Buffer.from(rgbaToThumbHash(width, height, rgba)).toString('base64'),
  };
}
