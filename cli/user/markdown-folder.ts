import { readdir } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { titleOfMarkdown } from '../../platform/markdown/title.ts';
import { UsageError } from '../../platform/process/exit.ts';
import {
  allRead,
  type FolderBook,
  type FolderChapter,
  readBookFolder,
  readTextFile,
} from '../demo/book-folder.ts';

const TEXTS: ReadonlySet<string> = new Set(['.md', '.markdown', '.txt']);

/** Whether a file is a text, by its name. */
export const isText = (path: string): boolean => TEXTS.has(extname(path).toLowerCase());

/** Whether a name says what the folder is, and is no chapter. */
const isAside = (name: string): boolean => /^(readme|license)\b/i.test(name) || name.startsWith('.');

const inOrder = new Intl.Collator('en', { numeric: true });

/** A text's first heading; without one, the file's name without number and ending. */
export const titleFor = (path: string, text: string): string => {
  const name = basename(path, extname(path));
  return (
    titleOfMarkdown(text) ??
    (name
      .replace(/^\d+[\s._-]*/, '')
      .replaceAll(/[_-]+/g, ' ')
      .trim() ||
      name)
  );
};

/** A book's id that is made of a name. */
export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}._]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+|-+$/gu, '')
    .slice(0, 60);

export interface BookNames {
  /** Default: made of the folder's name. */
  readonly bookId?: string | undefined;
  /** Default: the folder's name. */
  readonly title?: string | undefined;
}

async function readChapter(path: string, chapterNum: number): Promise<FolderChapter> {
  const text = await readTextFile(path, path, 'Name one that does.');
  return { chapterNum, title: titleFor(path, text), text };
}

/** The greatest key that a chapter can have. */
const MAX_KEY = 100_000;

/** The chapter's key by the number in a file's name. Keys begin at 1: what comes before it has the last one. */
const keyIn = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? Number.NaN) || MAX_KEY;

/**
 * A key for each file: the number in its name, so that it stays the same chapter whatever files come and go; by its
 * place where not every file has a number of its own.
 */
export function keysOf(names: readonly string[]): number[] {
  const keys = names.map(keyIn);
  const numbered = names.every((name) => /\d/.test(name)) && keys.every((key) => key <= MAX_KEY);
  return numbered && new Set(keys).size === keys.length ? keys : names.map((_, index) => index + 1);
}

/** A folder's texts as chapters, in the order of their names, of which numbers count as such. */
async function readTexts(folder: string, { bookId, title }: BookNames): Promise<FolderBook> {
  const names = (await readdir(folder))
    .filter((name) => isText(name) && !isAside(name))
    .sort(inOrder.compare);
  if (names.length === 0)
    throw new UsageError(`${folder} holds no Markdown: name a folder with a file for each chapter.`);
  const name = basename(resolve(folder));
  const keys = keysOf(names);
  const id = bookId ?? idOf(name);
  if (id === '') throw new UsageError(`No id of a book can be made of the name ${name}: give one by --book.`);
  const chapters = await allRead(
    names.map((file, index) => readChapter(join(folder, file), keys[index] ?? 0)),
  );
  return { bookId: id, title: title ?? name, author: null, chapters };
}

/**
 * A folder as a book: as its book.json describes it, or else with a chapter for each of its texts.
 * @throws UsageError, DemoError that name every faulty file and its fix
 */
export async function readFolder(folder: string, names: BookNames): Promise<FolderBook> {
  if (!(await readdir(folder)).includes('book.json')) return readTexts(folder, names);
  const book = await readBookFolder(folder);
  return { ...book, bookId: names.bookId ?? book.bookId, title: names.title ?? book.title };
}
