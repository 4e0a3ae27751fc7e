import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { readBookFolder } from './book-folder.ts';
import { DemoError } from './error.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-book-'));
});
afterEach(() => rm(folder, { recursive: true }));

const chapter = (number: number, file: string) => ({ chapter: number, title: `Title ${number}`, file });
const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
const describeBook = (book: object) => write('book.json', JSON.stringify(book));
const failure = async (): Promise<string> => {
  const error = await readBookFolder(folder).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DemoError);
  return (error as DemoError).message;
};

it('reads the story that the project ships', async () => {
  const book = await readBookFolder(projectFile('cli', 'demo', 'story'));
  expect(book).toMatchObject({ bookId: 'the-ferry-ledger', title: 'The Ferry Ledger' });
  expect(book.chapters.map(({ chapterNum }) => chapterNum)).toEqual([1, 2, 3, 4]);
  for (const { title, text } of book.chapters) expect(text).toMatch(new RegExp(`^# ${title}\n`));
});

it('puts the chapters in the order of their numbers, and drops a byte order mark', async () => {
  await mkdir(join(folder, 'texts'));
  await write('texts/b.md', '\ufeffSecond');
  await write('a.md', 'First 😀');
  await describeBook({ book_id: 'b', title: 'B', chapters: [chapter(2, 'texts/b.md'), chapter(1, 'a.md')] });
  expect(await readBookFolder(folder)).toEqual({
    bookId: 'b',
    title: 'B',
    author: null,
    chapters: [
      { chapterNum: 1, title: 'Title 1', text: 'First 😀' },
      { chapterNum: 2, title: 'Title 2', text: 'Second' },
    ],
  });
});

it('reads a book.json with a byte order mark', async () => {
  await write('a.md', 'First');
  const book = { book_id: 'b', title: 'B', chapters: [chapter(1, 'a.md')] };
  await write('book.json', `\ufeff${JSON.stringify(book)}`);
  expect(await readBookFolder(folder)).toMatchObject({ bookId: 'b' });
});

describe('says what is wrong, and how to mend it', () => {
  it('where there is no folder or no book.json', async () => {
    expect(await failure()).toContain('There is no');
    await expect(readBookFolder(join(folder, 'none'))).rejects.toThrow(
      /none\/book\.json: give --book a folder/,
    );
  });

  it('where book.json is none', async () => {
    await write('book.json', '{ "book_id": ');
    expect(await failure()).toContain('book.json is not JSON');
    await describeBook({ book_id: '../x', chapters: [chapter(0, '/etc/hosts'), { chapter: 1, title: ' ' }] });
    const message = await failure();
    for (const part of [
      'book_id: must be 1 to 60 letters',
      'title: ',
      'chapters.0.chapter: must be at least 1',
      'chapters.0.file: must be the name of a file inside the folder',
      'chapters.1.file: ',
      'chapters.1.title: must not be empty',
    ])
      expect(message).toContain(part);
    await describeBook({ book_id: 'b', title: 'B', chapters: [chapter(1, 'a.md'), chapter(1, 'b.md')] });
    expect(await failure()).toContain('must give each chapter a different number');
    await describeBook({ book_id: 'b', title: 'B', chapters: [chapter(1, 'x/../../a.md')] });
    expect(await failure()).toContain('chapters.0.file');
  });

  it('where chapters cannot be read or stored, all at once', async () => {
    await write('large.md', 'x'.repeat(5 * 1024 * 1024 + 1));
    await write('empty.md', ' \n');
    await write('latin.md', Buffer.from('caf\u00e9', 'latin1'));
    await write('nul.md', 'a\0b');
    const files = ['gone.md', 'large.md', 'empty.md', 'latin.md', 'nul.md', '.'];
    const chapters = files.map((file, index) => chapter(index + 1, file));
    await describeBook({ book_id: 'b', title: 'B', chapters });
    const lines = (await failure()).split('\n');
    expect(lines).toHaveLength(files.length);
    for (const [index, what] of [
      'gone.md does not exist',
      'large.md holds 5242881 bytes; at most 5242880 (5 MiB)',
      'empty.md is empty',
      'latin.md is not UTF-8',
      'nul.md holds the character NUL',
      'is a folder',
    ].entries())
      expect(lines[index]).toMatch(new RegExp(`^Chapter ${index + 1} .*${what.replace(/[()]/g, '\\$&')}`));
  });
});
