import sharp from 'sharp';

/** The allowed loaders of libvips: common formats, from memory only. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif', 'Tiff'].map(
  (name) => `VipsForeignLoad${name}Buffer`,
);

/**
 * Restricts libvips for untrusted pictures, in the whole process: no other loader runs, whatever the bytes claim to be
 * (SVG, PDF, ImageMagick's formats); no cache; one thread a picture.
 */
export function restrictLibvips(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  sharp.cache(false);
  sharp.concurrency(1);
}
