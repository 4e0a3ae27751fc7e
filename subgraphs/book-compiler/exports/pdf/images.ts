import sharp from 'sharp';
import type { Picture } from '../book/book.ts';

/** A picture of the PDF. */
export interface SetImage {
  /** Its path in the compiler's memory. */
  readonly file: string;
  /** In points: at 150 pixels an inch, or less so that its height fits on a page. */
  readonly width: number;
  /** PNG for a picture with transparency, otherwise JPEG. */
  readonly bytes: Buffer;
}

/** Loaders of the formats that a book may hold. Others are refused: some, such as SVG, read files and URLs. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif'].map((name) => `VipsForeignLoad${name}Buffer`);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });

/** A page in pixels at 300 an inch: more would not be visible. */
const PAGE = { width: 1_748, height: 2_480 } as const;
const MAX_PIXELS = 100_000_000;
const POINTS_PER_PIXEL = 72 / 150;
/** In points, less than the height of a page's text. */
const MAX_HEIGHT = 430;

/** Converts a picture for the compiler: upright, no larger than a page. Null when it cannot be read. */
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
