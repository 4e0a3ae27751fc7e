import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** A picture that does not compress well: gradients with some noise. */
export const photograph = (width: number, height: number, channels: 3 | 4 = 3): Sharp => {
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      data[at++] = (x * 255) / width + (((x * 7 + y * 13) % 17) - 8);
      data[at++] = (y * 255) / height;
      data[at++] = 128 + ((x ^ y) & 31);
      if (channels === 4) data[at++] = x < width / 2 ? 0 : 255;
    }
  }
  return sharp(data, { raw: { width, height, channels } });
};

/** Four quarters that show the orientation: red, green over blue, white. */
export const quarters = (width = 40, height = 20): Sharp => {
  const colors = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ] as const;
  const data = Buffer.from(
    Array.from({ length: width * height }, (_, index) => {
      const [x, y] = [index % width, Math.floor(index / width)];
      return colors[(x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2)] ?? [0, 0, 0];
    }).flat(),
  );
  return sharp(data, { raw: { width, height, channels: 3 } });
};

/** Frames of one colour each. */
export const frames = (count: number, side = 4): Sharp => {
  const data = Buffer.alloc(side * side * 3 * count);
  for (let frame = 0; frame < count; frame += 1)
    data.fill((frame * 97) % 251, frame * side * side * 3, (frame + 1) * side * side * 3);
  return sharp(data, {
    raw: { width: side, height: side * count, channels: 3, pageHeight: side },
    limitInputPixels: false,
  });
};

/** A truncated file. */
export const cut = (bytes: Buffer, share = 0.5): Buffer =>
  bytes.subarray(0, Math.floor(bytes.length * share));

/** A file with overwritten bytes in the middle. */
export function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = Math.floor(copy.length / 2); at < copy.length / 2 + 64; at += 1)
    copy[at] = at % 2 ? 0xff : 0x3c;
  return copy;
}

/** A chunk of PNG (PNG 1.2, section 3.2). */
export function chunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** A black PNG, 1 bit a pixel, with any chunks between header and end. */
export function png(width: number, height: number, ...chunks: Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), ...chunks, chunk('IEND')]);
}

/** The pixel data of such a PNG. */
export const blackness = (width: number, height: number): Buffer =>
  chunk('IDAT', deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 }));

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};

/** A JPEG with an additional segment at its start (ISO/IEC 10918-1, B.1.1.4). */
export const withSegment = (jpeg: Buffer, marker: number, data: Uint8Array): Buffer =>
  Buffer.concat([
    jpeg.subarray(0, 2),
    Buffer.from([0xff, marker]),
    u16(data.length + 2),
    data,
    jpeg.subarray(2),
  ]);

/** A progressive JPEG that repeats its last scan: each one makes a decoder process the whole picture. */
export function manyScans(jpeg: Buffer, times: number): Buffer {
  const last = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = jpeg.subarray(last, jpeg.length - 2);
  return Buffer.concat([jpeg.subarray(0, last), ...Array<Buffer>(times).fill(scan), jpeg.subarray(-2)]);
}
