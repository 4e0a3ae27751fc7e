import sharp from 'sharp';
import type { Picture } from '../book/book.ts';

/** A picture as it goes into the file. */
export interface SetImage {
  /** Its path in the compiler's memory. */
  readonly file: string;
  /** In points: at 150 pixels an inch, or as wide as fits under a page's height. */
  readonly width: number;
  readonly bytes: Buffer;
}

/** Of the kinds that a book may hold, and no other: some of the others read files and addresses, as SVG does. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif'].map((name) => `VipsForeignLoad${name}Buffer`);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });

/** A page in pixels at 300 an inch: more would not be seen. */
const PAGE = { width: 1_748, height: 2_480 } as const;
const MAX_PIXELS = 100_000_000;
const POINTS_PER_PIXEL = 72 / 150;
/** In points, less than the height of a page's text. */
const MAX_HEIGHT = 430;

/** A picture that the compiler can read, upright and no larger than a page; null where it is none. */
export async function setImage({ bytes }: Pick<Picture, 'bytes'>, name: string): Promise<SetImage | null> {
  try {
    const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize({ ...PAGE, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb');
    const { hasAlpha } = await picture.metadata();
    const encoded = hasAlpha ? picture.png() : picture.jpeg({ quality: 85 });
    const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
    const file = `/images/${name}.${hasAlpha ? 'png' : 'jpg'}`;
    const width = Math.min(info.width * POINTS_PER_PIXEL, (MAX_HEIGHT * info.width) / info.height);
    return { file, width: Math.round(width), bytes: data };
  } catch {
    return null;
  }
}
