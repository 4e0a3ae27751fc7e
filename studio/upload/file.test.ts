import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readFile } from './file.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const fileOf = (...parts: Uint8Array<ArrayBuffer>[]) => new File(parts, 'a.png', { type: 'image/png' });

test('a file is hashed piece by piece, as what its bytes are, whatever its name says', async () => {
  const rest = Buffer.alloc(300_000, 7);
  const told: number[] = [];
  const read = await readFile(fileOf(Buffer.from('GIF89a'), rest), (share) => told.push(share));
  const sha256 = createHash('sha256').update('GIF89a').update(rest).digest('hex');
  expect(read).toEqual({ sha256, contentType: 'image/gif' });
  expect(told.length).toBeGreaterThan(1);
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual(told.toSorted((one, other) => one - other));
});

test.each([
  ['an empty one', new File([], 'a.png'), /is empty/],
  ['a program', fileOf(Buffer.from('MZ\x90\0 and more', 'latin1')), /is no picture\. Save it as JPEG/],
  ['a PDF', fileOf(Buffer.from('%PDF-1.7 and more')), /This file is PDF, which is not read here/],
  ['an SVG', fileOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg">')), /This file is SVG/],
])('%s is refused before it is read whole, with what to do', async (_, file, words) => {
  await expect(readFile(file)).rejects.toThrow(words);
});

test('what no server takes is not read at all', async () => {
  const huge = { size: 300 * 1024 ** 2 } as Blob;
  await expect(readFile(huge)).rejects.toThrow(/larger than 256 MiB/);
});

test('one that can be read no more says so; one that is taken out says nothing', async () => {
  const file = fileOf(PNG, Buffer.alloc(200_000));
  const broken = Object.assign(fileOf(PNG), {
    stream: () => new ReadableStream({ start: (controller) => controller.error(new Error('gone')) }),
  });
  await expect(readFile(broken)).rejects.toThrow(/cannot be read any more/);
  const stop = AbortSignal.abort(new Error('taken out'));
  await expect(readFile(file, undefined, stop)).rejects.toThrow('taken out');
});
