import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MAX_TEXT_BYTES } from '../../platform/input/limits.ts';
import { hasCode } from '../../platform/process/process-identity.ts';
import { DemoError } from './error.ts';

/** One chapter of a book folder. */
export interface FolderChapter {
  /** Its key: 1 to 100,000, unique in the book. */
  readonly chapterNum: number;
  readonly title: string;
  /** The whole file. */
  readonly text: string;
}

/** A book in a folder: `book.json` and one text file per chapter. */
export interface FolderBook {
  /** The user's own id of the book, 1 to 60 characters. */
  readonly bookId: string;
  readonly title: string;
  /** Null: none is given. */
  readonly author: string | null;
  /** In the order of the book. */
  readonly chapters: readonly FolderChapter[];
}

const bookFile = z.object({
  book_id: z
    .string()
    .regex(
      /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,59}$/u,
      'must be 1 to 60 letters, digits, dots, dashes or underscores, a letter or digit first, e.g. "my-novel"',
    ),
  title: z.string().regex(/\S/, 'must not be empty'),
  author: z.string().regex(/\S/, 'must not be empty').optional(),
  chapters: z
    .array(
      z.object({
        chapter: z
          .int('must be a whole number')
          .min(1, 'must be at least 1')
          .max(100_000, 'must be at most 100,000'),
        title: z.string().regex(/\S/, 'must not be empty'),
        file: z
          .string()
          .regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$)).+$/, 'must be the name of a file inside the folder'),
      }),
    )
    .min(1, 'must name at least one chapter')
    .refine(
      (chapters) => new Set(chapters.map(({ chapter }) => chapter)).size === chapters.length,
      'must give each chapter a different number',
    ),
});

type BookFile = z.infer<typeof bookFile>;

async function readBookFile(folder: string): Promise<BookFile> {
  const file = join(folder, 'book.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new DemoError(
      `There is no ${file}: give --book a folder with a book.json like the one in cli/demo/story.`,
    );
  });
  try {
    return bookFile.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    if (error instanceof SyntaxError) throw new DemoError(`${file} is not JSON: ${error.message}`);
    if (!(error instanceof z.ZodError)) throw error;
    const issues = error.issues.map((issue) => `  ${issue.path.join('.') || 'it'}: ${issue.message}`);
    throw new DemoError(`${file} does not describe a book:\n${issues.join('\n')}`);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a file, without a byte order mark; null when it is not UTF-8. */
function decode(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** The fault of a chapter's text and the fix; null when it can be stored. */
function mistakeIn(bytes: Uint8Array, text: string | null): string | null {
  if (bytes.length > MAX_TEXT_BYTES) {
    return `holds ${bytes.length} bytes; at most ${MAX_TEXT_BYTES} (5 MiB) fit into one blob. Split the chapter.`;
  }
  if (text === null) return 'is not UTF-8 text. Save it as UTF-8.';
  if (text.includes('\0')) return 'holds the character NUL (U+0000). Remove it.';
  return /\S/.test(text) ? null : 'is empty. Write some text, or leave it out.';
}

/**
 * The text of a file. `name`: what it is, in messages; `missing`: what to do where it is not there.
 * @throws DemoError that names the fault and the fix
 */
export async function readTextFile(path: string, name: string, missing: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (hasCode(error, 'EISDIR'))
      throw new DemoError(`${name} is a folder. Give it another name, or move it away.`);
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new DemoError(`${name} does not exist. ${missing}`);
  });
  const text = decode(bytes);
  const mistake = mistakeIn(bytes, text);
  if (mistake !== null) throw new DemoError(`${name} ${mistake}`);
  return text ?? '';
}

async function readChapter(folder: string, chapter: BookFile['chapters'][number]): Promise<FolderChapter> {
  const path = join(folder, chapter.file);
  const name = `Chapter ${chapter.chapter} (“${chapter.title}”): ${path}`;
  const text = await readTextFile(path, name, 'Add it, or correct `file` in book.json.');
  return { chapterNum: chapter.chapter, title: chapter.title, text };
}

/** All results. @throws DemoError with the faults of all that failed */
export async function allRead<T>(reading: readonly Promise<T>[]): Promise<T[]> {
  const read = await Promise.allSettled(reading);
  const faults = read.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  const unexpected = faults.find((fault) => !(fault instanceof DemoError));
  if (unexpected) throw unexpected;
  if (faults.length > 0) throw new DemoError(faults.map(({ message }) => message).join('\n'));
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** Reads a book folder. @throws DemoError that names every faulty file and its fix */
export async function readBookFolder(folder: string): Promise<FolderBook> {
  const { book_id, title, author, chapters } = await readBookFile(folder);
  const read = await allRead(chapters.map((chapter) => readChapter(folder, chapter)));
  return {
    bookId: book_id,
    title,
    author: author ?? null,
    chapters: read.toSorted((a, b) => a.chapterNum - b.chapterNum),
  };
}
