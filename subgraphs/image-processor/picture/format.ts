// The Studio page tells formats apart by this file, too: it takes nothing of Node.

/** Media types of the supported formats, by their names in the graph. */
export const formats = {
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  WEBP: 'image/webp',
  AVIF: 'image/avif',
  GIF: 'image/gif',
  TIFF: 'image/tiff',
} as const;

export type ImageFormat = keyof typeof formats;

/** Number of bytes at a file's beginning that determine its format. */
export const SIGNATURE_BYTES = 64;

const latin = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

/** Brands of the ISO base media format (ISO/IEC 23008-12, AV1 in HEIF 4.0): the major one, then the compatible ones. */
function brandsOf(bytes: Uint8Array): string[] {
  if (latin(bytes, 4, 8) !== 'ftyp') return [];
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  // No further than signatures reach, whatever size is claimed.
  const all = latin(bytes, 16, Math.min(size, SIGNATURE_BYTES)).match(/.{4}/gs) ?? [];
  return [latin(bytes, 8, 12), ...all];
}

const begins = (bytes: Uint8Array, ...starts: string[]): boolean =>
  starts.some((start) => latin(bytes, 0, start.length) === start);

const isRiff = (bytes: Uint8Array, form: string): boolean =>
  latin(bytes, 0, 4) === 'RIFF' && latin(bytes, 8, 12) === form;

const read: Readonly<Record<ImageFormat, (bytes: Uint8Array) => boolean>> = {
  JPEG: (bytes) => begins(bytes, '\xff\xd8\xff'),
  PNG: (bytes) => begins(bytes, '\x89PNG\r\n\x1a\n'),
  WEBP: (bytes) => isRiff(bytes, 'WEBP'),
  AVIF: (bytes) => brandsOf(bytes).some((brand) => brand === 'avif' || brand === 'avis'),
  GIF: (bytes) => begins(bytes, 'GIF87a', 'GIF89a'),
  // BigTIFF too.
  TIFF: (bytes) => begins(bytes, 'II*\0', 'II+\0', 'MM\0*', 'MM\0+'),
};

const named: readonly (readonly [name: string, is: (bytes: Uint8Array) => boolean])[] = [
  ['HEIC', (bytes) => brandsOf(bytes).some((brand) => /^(hei[cmsx]|hev[cmsx]|mif1|msf1)$/.test(brand))],
  ['a video', (bytes) => brandsOf(bytes).length > 0 || isRiff(bytes, 'AVI ')],
  [
    'SVG',
    (bytes) => /^\s*(<\?xml|<!--|<!doctype svg|<svg)/i.test(latin(bytes, 0, 64).replace('\xef\xbb\xbf', '')),
  ],
  ['HTML', (bytes) => /^\s*<(!doctype html|html|script|body)/i.test(latin(bytes, 0, 64))],
  ['PDF', (bytes) => begins(bytes, '%PDF-')],
  ['PostScript', (bytes) => begins(bytes, '%!PS')],
  ['Photoshop’s', (bytes) => begins(bytes, '8BPS')],
  ['BMP', (bytes) => begins(bytes, 'BM')],
  ['ICO', (bytes) => begins(bytes, '\0\0\x01\0')],
  ['JPEG XL', (bytes) => begins(bytes, '\xff\x0a', '\0\0\0\x0cJXL ')],
  ['JPEG 2000', (bytes) => begins(bytes, '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51')],
  ['a ZIP archive', (bytes) => begins(bytes, 'PK\x03\x04')],
  ['gzip', (bytes) => begins(bytes, '\x1f\x8b')],
];

/** Detects a file's format by its first bytes; undefined when it is not supported. */
export const formatOf = (bytes: Uint8Array): ImageFormat | undefined =>
  (Object.keys(read) as ImageFormat[]).find((format) => read[format](bytes));

/** The name of an unsupported format by a file's first bytes; undefined when unknown. */
export const otherFormatOf = (bytes: Uint8Array): string | undefined =>
  named.find(([, is]) => is(bytes))?.[0];
