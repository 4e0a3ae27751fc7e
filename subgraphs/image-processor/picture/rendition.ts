/** Sizes of renditions: name and longest side in pixels, smallest first. */
const sizes = [
  ['thumbnail', 256],
  ['640', 640],
  ['1280', 1_280],
  ['2048', 2_048],
] as const;

/** The longest side of a rendition in pixels. */
export const MAX_SIDE = 2_048;

export const renditionFormats = { WEBP: 'image/webp', AVIF: 'image/avif' } as const;
export type RenditionFormat = keyof typeof renditionFormats;

/** A picture in one size and format. */
export interface Rendition {
  /** As in {@link sizes}. */
  readonly name: string;
  readonly format: RenditionFormat;
  /** In pixels, as the height. */
  readonly width: number;
  readonly height: number;
  /** The encoded file, without metadata. */
  readonly body: Uint8Array;
}

/** The sizes of a picture's renditions: none larger than the original, none twice. */
export function sizesFor(width: number, height: number): readonly (readonly [name: string, side: number])[] {
  const longest = Math.max(width, height);
  const end = sizes.findIndex(([, side]) => side >= longest);
  return end === -1 ? sizes : sizes.slice(0, end + 1);
}
