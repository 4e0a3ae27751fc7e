import { expect, test } from 'vitest';
import { announcementOf, type Details, fileNameOf, titleOf } from './announcement.ts';

const read = { sha256: 'a'.repeat(64), contentType: 'image/png' };
const file = { name: 'harbour.png', size: 12 };
const details: Details = { title: ' Harbour ', altText: ' ', bookId: '', keepPosition: false };
const announced = (over: Partial<Details> = {}, of = file) =>
  announcementOf(of, read, { ...details, ...over });

test('what is blank is left out, and the rest is trimmed', async () => {
  const { idempotencyKey, ...input } = await announced();
  expect(input).toEqual({
    fileName: 'harbour.png',
    contentType: 'image/png',
    sizeBytes: 12,
    sha256: read.sha256,
    title: 'Harbour',
    keepPosition: false,
  });
  expect(idempotencyKey).toMatch(/^studio:[0-9a-f]{64}$/);
});

test('the same file with the same details has the same key, and any other has another', async () => {
  const key = async (over: Partial<Details> = {}, of = file) => (await announced(over, of)).idempotencyKey;
  expect(await key()).toBe(await key({ title: 'Harbour' }));
  const others = await Promise.all([
    key(),
    key({ altText: 'A harbour' }),
    key({ bookId: 'b' }),
    key({ keepPosition: true }),
    key({ title: 'B' }),
    key({}, { ...file, name: 'b.png' }),
  ]);
  expect(new Set(others).size).toBe(others.length);
});

test.each([
  ['harbour at dusk.jpeg', 'harbour at dusk'],
  ['.png', '.png'],
  ['no ending', 'no ending'],
  ['a.b.tiff', 'a.b'],
  ['', 'Picture'],
])('the title of %j is %j', (name, title) => {
  expect(titleOf(name)).toBe(title);
});

test.each([
  ['a/b\\c.png', 'a-b-c.png'],
  ['..', 'picture'],
  ['', 'picture'],
])('the name %j is announced as %j', (name, taken) => {
  expect(fileNameOf(name)).toBe(taken);
});

test('a long name keeps its ending', () => {
  const name = fileNameOf(`${'x'.repeat(400)}.png`);
  expect([name.length <= 255, name.endsWith('.png')]).toEqual([true, true]);
});
