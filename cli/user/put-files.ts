import { extname } from 'node:path';
import { UsageError } from '../../platform/process/exit.ts';
import { allRead, type FolderBook, readTextFile } from '../demo/book-folder.ts';
import { inParts, keyOf, placeDrafts } from '../demo/drafts.ts';
import { createBook, readBook } from '../demo/operations.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { progressOf } from '../terminal/progress.ts';
import type { Connection } from './connection.ts';
import { isText, titleFor } from './markdown-folder.ts';
import { type BlobInput, createBlobs } from './operations.ts';
import { assertAccepted } from './refusal.ts';

/** What became of a file. */
export interface PutFile {
  readonly file: string;
  readonly id: string;
  readonly title: string;
}

/** What became of a folder. */
export interface PutBook {
  readonly bookId: string;
  readonly title: string;
  readonly chapters: readonly { readonly chapterNum: number; readonly title: string; readonly id: string }[];
  /** How many drafts were stored; the others were there. */
  readonly stored: number;
}

export interface DocumentOptions {
  /** Schema of a JSON document. */
  readonly schema?: string | undefined;
  /** Type of the blob. */
  readonly type?: string | undefined;
}

function documentOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`);
  }
}

/** A file's blob. Its key is made of all that it is: sent again, it is the same blob. */
export function inputOf(file: string, text: string, { schema, type }: DocumentOptions): BlobInput {
  const blob = isText(file)
    ? {
        type: type ?? 'text',
        schemaId: 'text-input-v1',
        title: titleFor(file, text),
        data: { content: text },
      }
    : {
        type: type ?? 'document',
        schemaId: schema ?? '',
        title: titleFor(file, ''),
        data: documentOf(file, text),
      };
  return { ...blob, idempotencyKey: keyOf(blob.type, blob.schemaId, blob.title, JSON.stringify(blob.data)) };
}

/** @throws UsageError for a file of another kind */
function assertKnown(file: string, { schema }: DocumentOptions): void {
  if (isText(file)) return;
  if (extname(file).toLowerCase() !== '.json')
    throw new UsageError(`${file}: only texts (.md, .markdown, .txt), folders of them and .json can be put.`);
  if (schema === undefined)
    throw new UsageError(
      `${file}: name the schema of the document by --schema, e.g. --schema text-input-v1.`,
    );
}

/** Stores files, each as a blob of its own. @throws UsageError, DemoError, CommandFailed */
export async function putFiles(
  { graph }: Connection,
  files: readonly string[],
  options: DocumentOptions,
): Promise<PutFile[]> {
  for (const file of files) assertKnown(file, options);
  const read = await allRead(
    files.map(async (file) => ({ file, text: await readTextFile(file, file, 'Name one that does.') })),
  );
  const items = read.map(({ file, text }) => ({ file, text, input: inputOf(file, text, options) }));
  const done: PutFile[] = [];
  const progress = progressOf('storing', 'files');
  for (const part of inParts(items)) {
    const blobs = part.map(({ input }) => input);
    const { createBlobs: answer } = await graph.run(createBlobs, { input: { blobs } });
    assertAccepted('Storing the files', answer.userErrors);
    for (const [place, { file, input }] of part.entries()) {
      const { blob = null, userErrors = [] } = answer.results[place] ?? {};
      assertAccepted(file, userErrors);
      if (!blob) throw new CommandFailed(`${file} was stored, but the answer has no blob: put it again.`);
      done.push({ file, id: blob.id, title: input.title });
    }
    progress.at(done.length, items.length);
  }
  progress.end();
  return done;
}

/** Makes sure that the book is there, and that each chapter's newest draft has its text. */
export async function putBook({ graph }: Connection, book: FolderBook): Promise<PutBook> {
  const { bookId, title } = book;
  const chapters = book.chapters.map((chapter) => ({ chapterNum: chapter.chapterNum, title: chapter.title }));
  const { createBook: created } = await graph.run(createBook, { input: { id: bookId, title, chapters } });
  assertAccepted(`The book “${title}”`, created.userErrors);
  const known = (await graph.run(readBook, { bookId })).book?.chapters ?? [];
  const progress = progressOf('storing', 'chapters');
  const placed = new Map<number, string>();
  const stored = await placeDrafts({
    ...{ graph, book, newest: new Map(known.map(({ chapterNum, draft }) => [chapterNum, draft])) },
    onPlaced(chapterNum, { draft }) {
      placed.set(chapterNum, draft.id);
      progress.at(placed.size, chapters.length);
    },
  });
  progress.end();
  const all = chapters.map((chapter) => ({ ...chapter, id: placed.get(chapter.chapterNum) ?? '' }));
  return { bookId, title, chapters: all, stored };
}
