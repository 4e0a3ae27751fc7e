import type { FolderBook } from '../demo/book-folder.ts';
import { placeDrafts } from '../demo/drafts.ts';
import { createBook, readBook, type StoredChapter } from '../demo/operations.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { progressOf } from '../terminal/progress.ts';
import type { Connection } from './connection.ts';
import { removeChapters } from './operations.ts';
import { assertAccepted } from './refusal.ts';

/** A folder that was put. */
export interface PutBook {
  readonly bookId: string;
  readonly title: string;
  /** In the book's order. */
  readonly chapters: readonly { readonly chapterNum: number; readonly title: string; readonly id: string }[];
  /** How many drafts were stored; the others were there. */
  readonly stored: number;
  /** Keys of the chapters that were taken out, as no file has them. */
  readonly removed: readonly number[];
}

type Connected = Pick<Connection, 'graph'>;

const chaptersOf = async ({ graph }: Connected, bookId: string): Promise<readonly StoredChapter[]> =>
  (await graph.run(readBook, { bookId })).book?.chapters ?? [];

/** The book's chapters that no file has. @throws CommandFailed when there are, unless they are to be removed */
async function surplus(connection: Connected, book: FolderBook, exact: boolean): Promise<number[]> {
  const { bookId } = book;
  const files = new Set(book.chapters.map(({ chapterNum }) => chapterNum));
  const without = (await chaptersOf(connection, bookId)).filter(({ chapterNum }) => !files.has(chapterNum));
  if (exact || without.length === 0) return without.map(({ chapterNum }) => chapterNum);
  const named = without.map(({ chapterNum, title }) => `${chapterNum} (“${title}”)`).join(', ');
  throw new CommandFailed(
    `${bookId} has chapters that no file has: ${named}. Nothing was stored. Add --exact to take them out of the book ` +
      '(their drafts stay), put their files back, or name another book by --book.',
    { code: 'CHAPTERS_WITHOUT_FILE', field: 'chapters' },
  );
}

async function remove({ graph }: Connected, id: string, chapters: readonly number[]): Promise<void> {
  if (chapters.length === 0) return;
  const { updateBook } = await graph.run(removeChapters, { input: { id, removeChapters: chapters } });
  assertAccepted('Taking out the chapters that no file has', updateBook.userErrors);
}

/** Describes the book, with its chapters in the order of the folder. */
async function describe(
  { graph }: Connected,
  { bookId, title, author, chapters }: FolderBook,
): Promise<void> {
  const input = {
    ...{ id: bookId, title },
    // What a folder does not say stays as it is.
    ...(author === null ? {} : { author }),
    chapters: chapters.map((chapter, index) => ({
      ...{ chapterNum: chapter.chapterNum, title: chapter.title, position: index + 1 },
    })),
  };
  const { createBook: created } = await graph.run(createBook, { input });
  assertAccepted(`The book “${title}”`, created.userErrors);
}

/**
 * Makes the book what the folder is: its chapters in this order, each with its file's text as its newest draft.
 * `exact`: chapters that no file has are taken out.
 * @throws CommandFailed when it has such chapters otherwise, before anything is stored
 */
export async function putBook(
  connection: Connected,
  book: FolderBook,
  { exact }: { readonly exact: boolean },
): Promise<PutBook> {
  const { bookId, title, chapters } = book;
  const removed = await surplus(connection, book, exact);
  await remove(connection, bookId, removed);
  await describe(connection, book);
  // Read again: a chapter that comes back brings its older drafts.
  const known = await chaptersOf(connection, bookId);
  const progress = progressOf('storing', 'chapters');
  const placed = new Map<number, string>();
  const stored = await placeDrafts({
    ...{ graph: connection.graph, book },
    newest: new Map(known.map(({ chapterNum, draft }) => [chapterNum, draft])),
    onPlaced(chapterNum, { draft }) {
      placed.set(chapterNum, draft.id);
      progress.at(placed.size, chapters.length);
    },
  });
  progress.end();
  const all = chapters.map(({ chapterNum, title: chapter }) => ({
    ...{ chapterNum, title: chapter, id: placed.get(chapterNum) ?? '' },
  }));
  return { bookId, title, chapters: all, stored, removed };
}
