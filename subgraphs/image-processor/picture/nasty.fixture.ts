import { deflateSync } from 'node:zlib';
import {
  blackness,
  chunk,
  cut,
  damaged,
  frames,
  manyScans,
  photograph,
  png,
  quarters,
  withSegment,
} from './pictures.fixture.ts';

/** A file that people, programs or attackers upload, and the expected outcome. */
export interface Nasty {
  readonly name: string;
  readonly make: () => Buffer | Promise<Buffer>;
  /** The expected error's code and message; otherwise the expected result. */
  readonly refused?: readonly [code: string, says: RegExp];
  readonly made?: Readonly<Record<string, unknown>>;
}

const jpeg = () => photograph(300, 200).jpeg().toBuffer();
const pngOf = () => photograph(300, 200).png().toBuffer();

const invalid = (says = /damaged|cut off/) => ['IMAGE_INVALID', says] as const;
const unsupported = (says: RegExp) => ['IMAGE_UNSUPPORTED', says] as const;
const tooLarge = (says: RegExp) => ['IMAGE_TOO_LARGE', says] as const;

const broken: Nasty[] = [
  ...(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const).map((format) => ({
    name: `half of a ${format}`,
    make: async () => cut(await photograph(300, 200).toFormat(format).toBuffer()),
    refused: invalid(),
  })),
  {
    name: 'a JPEG that is damaged in its midst',
    make: async () => damaged(await jpeg()),
    refused: invalid(),
  },
  {
    name: 'a PNG that is damaged in its midst',
    make: async () => damaged(await pngOf()),
    refused: invalid(),
  },
  { name: 'nothing', make: () => Buffer.alloc(0), refused: invalid(/empty/) },
  { name: 'a signature alone', make: () => Buffer.from('\xff\xd8\xff\xe0', 'latin1'), refused: invalid() },
  { name: 'a PNG without pixels', make: () => png(10, 10), refused: invalid() },
  {
    name: 'a PNG whose size is 0',
    make: () => png(0, 0, blackness(8, 1)),
    refused: invalid(),
  },
  {
    name: 'random bytes behind a signature',
    make: () => Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(5_000, 0xa7)]),
    refused: invalid(),
  },
  {
    name: 'a TIFF whose directory leads back to itself',
    make: () => Buffer.concat([Buffer.from('II*\0\x08\0\0\0\0\0\x08\0\0\0', 'latin1'), Buffer.alloc(64)]),
    refused: invalid(),
  },
];

const svg = (inside: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">${inside}</svg>`);

const others: Nasty[] = [
  { name: 'SVG with a script', make: () => svg('<script>alert(1)</script>'), refused: unsupported(/SVG/) },
  {
    name: 'SVG with an external entity',
    make: () =>
      Buffer.from(
        `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>`,
      ),
    refused: unsupported(/SVG/),
  },
  {
    name: 'a huge SVG',
    make: () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1000000" height="1000000"/>'),
    refused: unsupported(/SVG/),
  },
  {
    name: 'HTML',
    make: () => Buffer.from('<!DOCTYPE html><script>1</script>'),
    refused: unsupported(/HTML/),
  },
  {
    name: 'PDF with a JPEG in it',
    make: async () => Buffer.concat([Buffer.from('%PDF-1.7\n'), await jpeg()]),
    refused: unsupported(/PDF/),
  },
  {
    name: 'HEIC',
    make: () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    refused: unsupported(/HEIC/),
  },
  {
    name: 'HEVC in the dress of AVIF',
    make: () => Buffer.from('\0\0\0\x18ftypavif\0\0\0\0mif1heic', 'latin1'),
    refused: invalid(),
  },
  { name: 'BMP', make: () => Buffer.from('BM\0\0\0\0'), refused: unsupported(/BMP/) },
  {
    name: 'text',
    make: () => Buffer.from('push graphic-context\nviewbox 0 0 1 1'),
    refused: unsupported(/no picture/),
  },
  {
    name: 'ImageMagick’s MVG with a command',
    make: () => Buffer.from(`push graphic-context\nfill 'url(https://x/"|ls ")'`),
    refused: unsupported(/no picture/),
  },
];

const bombs: Nasty[] = [
  {
    name: '40,000 × 40,000 pixels in 200 KB',
    make: () => png(40_000, 40_000, blackness(40_000, 40_000)),
    refused: tooLarge(/40000 × 40000/),
  },
  {
    name: '256 MiB of colour profile in 256 KB',
    make: () =>
      png(
        8,
        8,
        chunk(
          'iCCP',
          Buffer.concat([Buffer.from('p\0\0'), deflateSync(Buffer.alloc(256 * 1024 ** 2), { level: 9 })]),
        ),
        blackness(8, 8),
      ),
    made: { width: 8, height: 8 },
  },
  {
    name: '256 MiB of text in 256 KB',
    make: () =>
      png(
        8,
        8,
        chunk(
          'iTXt',
          Buffer.concat([
            Buffer.from('k\0\x01\0\0\0'),
            deflateSync(Buffer.alloc(256 * 1024 ** 2), { level: 9 }),
          ]),
        ),
        blackness(8, 8),
      ),
    made: { width: 8, height: 8 },
  },
  {
    name: '5,000 scans of a progressive JPEG',
    make: async () => manyScans(await photograph(600, 600).jpeg({ progressive: true }).toBuffer(), 5_000),
    refused: invalid(),
  },
];

const strange: Nasty[] = [
  {
    name: 'a GIF that claims 65,535 × 65,535 for a frame of one pixel',
    make: () =>
      Buffer.from(
        'GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;',
        'latin1',
      ),
    made: { width: 1, height: 1 },
  },
  {
    name: 'a GIF of 3,000 frames',
    make: () => frames(3_000).gif().toBuffer(),
    made: { format: 'GIF', width: 4, height: 4, pages: 3_000 },
  },
  {
    name: 'a WebP of 1,000 frames',
    make: () => frames(1_000).webp({ effort: 0 }).toBuffer(),
    made: { format: 'WEBP', width: 4, height: 4, pages: 1_000 },
  },
  {
    name: 'an APNG of 2,000 frames',
    make: () => {
      const control = Buffer.alloc(8);
      control.writeUInt32BE(2_000);
      const frame = chunk('fdAT', Buffer.concat([Buffer.alloc(4), deflateSync(Buffer.alloc(16))]));
      const all = Array<Buffer>(2_000).fill(frame);
      return png(8, 8, chunk('acTL', control), blackness(8, 8), ...all);
    },
    made: { format: 'PNG', width: 8, height: 8, pages: 1 },
  },
  {
    name: 'a TIFF of 300 pages',
    make: () => frames(300, 8).tiff().toBuffer(),
    made: { format: 'TIFF', width: 8, height: 8, pages: 300 },
  },
  {
    name: '16 bits a channel',
    make: () => photograph(300, 200).toColourspace('rgb16').png().toBuffer(),
    made: { width: 300, height: 200 },
  },
  {
    name: 'CMYK',
    make: () => photograph(300, 200).toColourspace('cmyk').jpeg().toBuffer(),
    made: { format: 'JPEG', width: 300, height: 200 },
  },
  {
    name: 'grey',
    make: () => photograph(300, 200).greyscale().jpeg().toBuffer(),
    made: { width: 300, height: 200 },
  },
  {
    name: 'grey with alpha',
    make: () => photograph(300, 200, 4).greyscale().png().toBuffer(),
    made: { hasAlpha: true },
  },
  {
    name: 'a palette',
    make: () => photograph(300, 200).png({ palette: true, colours: 16 }).toBuffer(),
    made: { width: 300 },
  },
  {
    name: 'an interlaced PNG',
    make: () => photograph(300, 200).png({ progressive: true }).toBuffer(),
    made: { width: 300 },
  },
  {
    name: 'a progressive JPEG',
    make: () => photograph(300, 200).jpeg({ progressive: true }).toBuffer(),
    made: { width: 300 },
  },
  {
    name: 'a tiled TIFF',
    make: () => photograph(600, 400).tiff({ tile: true, pyramid: true }).toBuffer(),
    made: { format: 'TIFF', width: 600 },
  },
  { name: 'one pixel', make: () => photograph(1, 1).png().toBuffer(), made: { width: 1, height: 1 } },
  {
    name: '1 × 10,000',
    make: () => photograph(1, 10_000).png().toBuffer(),
    made: { width: 1, height: 10_000 },
  },
  {
    name: '10,000 × 1',
    make: () => photograph(10_000, 1).jpeg().toBuffer(),
    made: { width: 10_000, height: 1 },
  },
  {
    name: 'an AVIF',
    make: () => photograph(300, 200).avif({ effort: 0 }).toBuffer(),
    made: { format: 'AVIF', width: 300 },
  },
  {
    name: 'a picture turned by EXIF',
    make: () => quarters(300, 100).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    made: { width: 100, height: 300 },
  },
  {
    name: 'a colour profile that is none',
    make: async () => withSegment(await jpeg(), 0xe2, Buffer.from('ICC_PROFILE\0\x01\x01 no profile')),
    made: { width: 300 },
  },
  {
    name: 'a WebP without loss, with alpha',
    make: () => photograph(300, 200, 4).webp({ lossless: true }).toBuffer(),
    made: { format: 'WEBP', hasAlpha: true },
  },
  {
    name: 'a TIFF with alpha, compressed by Deflate',
    make: () => photograph(300, 200, 4).tiff({ compression: 'deflate' }).toBuffer(),
    made: { format: 'TIFF', hasAlpha: true },
  },
  {
    name: 'bytes behind the end, as motion photographs have',
    make: async () => Buffer.concat([await jpeg(), Buffer.alloc(100_000, 7)]),
    made: { width: 300, height: 200 },
  },
];

export const nasty: readonly Nasty[] = [...broken, ...others, ...bombs, ...strange];
