import { expect, test } from 'vitest';
import { formatOf, otherFormatOf, SIGNATURE_BYTES } from './format.ts';

/** A file whose first box claims to be all of it, and lists these brands. */
function ofBrands(bytes: number, ...brands: readonly string[]): Buffer {
  const file = Buffer.alloc(bytes);
  file.writeUInt32BE(bytes, 0);
  file.write(`ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`, 4, 'latin1');
  return file;
}

test.each([SIGNATURE_BYTES, 5_000_000])('brands are found in a file of %i bytes', (bytes) => {
  expect(formatOf(ofBrands(bytes, 'mif1', 'miaf', 'avif'))).toBe('AVIF');
  expect(formatOf(ofBrands(bytes, 'isom', 'mp42'))).toBeUndefined();
  expect(otherFormatOf(ofBrands(bytes, 'isom', 'mp42'))).toBe('a video');
  expect(otherFormatOf(ofBrands(bytes, 'isom', 'heic'))).toBe('HEIC');
});
