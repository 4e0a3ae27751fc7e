import sharp from 'sharp';

/** Of what libvips can read, the formats that people take pictures in; each from memory alone. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif', 'Tiff'].map(
  (name) => `VipsForeignLoad${name}Buffer`,
);

/**
 * Sets up libvips for strangers' pictures, in the whole process: no other loader runs, whatever the bytes claim to be
 * (SVG, PDF, ImageMagick's formats); nothing is kept; one thread works on one picture.
 */
export function restrictLibvips(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  sharp.cache(false);
  sharp.concurrency(1);
}
