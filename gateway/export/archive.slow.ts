import { expect, it } from 'vitest';
import { Archive } from './archive.ts';

const MIB = Buffer.alloc(1024 * 1024, 7);
const GIBIBYTES = 5;
const TAIL = 64 * 1024;
/** Signatures of APPNOTE.TXT 6.3.10: 4.3.14, 4.3.15 and 4.3.16. */
const [ZIP64_END, ZIP64_LOCATOR, END] = [0x06064b50, 0x07064b50, 0x06054b50];

function* gibibyte(): Generator<Uint8Array> {
  for (let at = 0; at < 1024; at += 1) yield MIB;
}

it('an archive may exceed 4 GiB, and its directory has the offset of each file', async () => {
  const archive = new Archive(new Date(), new AbortController().signal);
  const adding = (async () => {
    for (let at = 0; at < GIBIBYTES; at += 1)
      await archive.add({ path: `${at}`, pieces: gibibyte(), compress: false });
    archive.end();
  })();
  let bytes = 0;
  let tail = Buffer.alloc(0);
  for await (const piece of archive.output as AsyncIterable<Buffer>) {
    bytes += piece.length;
    tail = Buffer.concat([tail, piece]).subarray(-TAIL);
  }
  await adding;
  expect(bytes).toBeGreaterThan(GIBIBYTES * 1024 ** 3);
  const end = tail.length - 22;
  expect(tail.readUInt32LE(end)).toBe(END);
  expect(tail.readUInt32LE(end - 20)).toBe(ZIP64_LOCATOR);
  const zip64 = tail.length - (bytes - Number(tail.readBigUInt64LE(end - 20 + 8)));
  expect(tail.readUInt32LE(zip64)).toBe(ZIP64_END);
  expect(tail.readBigUInt64LE(zip64 + 32)).toBe(BigInt(GIBIBYTES));
  // The directory's offset exceeds 32 bits.
  const directory = Number(tail.readBigUInt64LE(zip64 + 48));
  expect(directory).toBeGreaterThan(2 ** 32);
  expect(tail.readUInt32LE(tail.length - (bytes - directory))).toBe(0x02014b50);
});
