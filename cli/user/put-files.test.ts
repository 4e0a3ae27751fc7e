import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { gatewayOf } from './connection.ts';
import { idOf, keysOf, readFolder } from './markdown-folder.ts';
import { inputOf } from './put-files.ts';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'blobgraph-put-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, 'My Novel (2nd)');
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

it('a folder of Markdown is a book: chapters by their names, titles by their headings', async () => {
  const folder = await folderWith({
    '10-the_end.md': 'So it ended.',
    '2-middle.md': '# The Middle\n\nIt went on.',
    '1.txt': 'It began.',
    'README.md': '# Not a chapter',
    'cover.png': 'x',
  });
  const book = await readFolder(folder, {});
  expect(book).toMatchObject({ bookId: 'my-novel-2nd', title: 'My Novel (2nd)', author: null });
  expect(book.chapters.map(({ chapterNum }) => chapterNum)).toEqual([1, 2, 10]);
  expect(book.chapters.map(({ text }) => text.split(/\s/).at(-1))).toEqual(['began.', 'on.', 'ended.']);
  expect(book.chapters[1]?.title).toBe('The Middle');
  expect(await readFolder(folder, { bookId: 'other', title: 'Other' })).toMatchObject({
    bookId: 'other',
    title: 'Other',
  });
});

it.each([
  ['the numbers of all files', ['1.md', '2-b.md', '10.md'], [1, 2, 10]],
  ['the last for what comes before the first', ['0.md', '1.md', '2.md'], [100_000, 1, 2]],
  ['places where a file has no number', ['1.md', '10.md', 'end.md'], [1, 2, 3]],
  ['places where two files have the same number', ['1.md', '01-b.md'], [1, 2]],
  ['places where a number is none of a chapter', ['20260131.md', '20260201.md'], [1, 2]],
  ['places where two would have the last', ['0.md', '100000.md'], [1, 2]],
])('keys of chapters are %s', (_name, names, keys) => {
  expect(keysOf(names)).toEqual(keys);
});

it('names every faulty file of a folder, and the fix', async () => {
  const folder = await folderWith({ '1.md': '', '2.md': 'a\0b' });
  const faults = readFolder(folder, {});
  await expect(faults).rejects.toThrow(/1\.md is empty\. Write some text/);
  await expect(faults).rejects.toThrow(/2\.md holds the character NUL/);
  await mkdir(join(folder, 'sub.md'));
  await expect(readFolder(folder, {})).rejects.toThrow(/sub\.md is a folder\. Give it another name/);
  await expect(readFolder(await folderWith({ 'a.png': 'x' }), {})).rejects.toThrow('holds no Markdown');
});

it('makes ids of names in any script', () => {
  expect(idOf('Das Buch — Über')).toBe('das-buch-über');
  expect(idOf('吾輩は猫である')).toBe('吾輩は猫である');
  expect(idOf('…')).toBe('');
});

it('gives the same content the same key, and other content another', () => {
  const key = (text: string, type?: string) => inputOf('a.md', text, { type }).idempotencyKey;
  expect(key('One.')).toBe(key('One.'));
  expect(new Set([key('One.'), key('Two.'), key('One.', 'note')]).size).toBe(3);
  expect(inputOf('a.json', '{"content":"x"}', { schema: 'text-input-v1' })).toMatchObject({
    type: 'document',
    schemaId: 'text-input-v1',
    data: { content: 'x' },
  });
  expect(() => inputOf('a.json', '{', { schema: 'text-input-v1' })).toThrow('a.json is not JSON');
});

it('refuses an address that is none', () => {
  expect(gatewayOf('http://127.0.0.1:8010/')).toBe('http://127.0.0.1:8010');
  expect(() => gatewayOf('ftp://x')).toThrow('--url takes the gateway’s address');
});
