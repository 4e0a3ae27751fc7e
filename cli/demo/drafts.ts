import { createHash } from 'node:crypto';
import pMap from 'p-map';
import type { FolderBook, FolderChapter } from './book-folder.ts';
import { DemoError } from './error.ts';
import type { Graph } from './graph.ts';
import { createDraft, type Draft, readDraftText, type UserError } from './operations.ts';

/** SHA-256 over the parts, in hex: what idempotency keys are made of. */
export const keyOf = (...parts: readonly (string | number | null)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** @throws DemoError with what the graph refused, and why */
export function assertTaken(what: string, errors: readonly UserError[]): void {
  if (errors.length === 0) return;
  throw new DemoError(`${what} was refused:\n${errors.map(({ message }) => `  ${message}`).join('\n')}`);
}

/** A chapter's draft in the graph. */
export interface PlacedDraft {
  readonly draft: Draft;
  /** True when its newest draft had this very text already. */
  readonly found: boolean;
}

/**
 * The chapter's draft: its newest one where that has this text, else one that is stored now. The key is of the
 * content and of the draft that it takes the place of, so that a text which was changed and changed back counts as
 * the newest again.
 */
async function placeDraft(
  graph: Graph,
  bookId: string,
  { chapterNum, title, text }: FolderChapter,
  newest: Draft | null,
): Promise<PlacedDraft> {
  if (newest) {
    const { blob } = await graph.run(readDraftText, { id: newest.id });
    if (blob?.content?.body?.content === text) return { draft: newest, found: true };
  }
  const { createBlob } = await graph.run(createDraft, {
    input: {
      type: 'chapter_draft',
      schemaId: 'text-input-v1',
      title,
      data: { content: text, metadata: { book_id: bookId, chapter_num: chapterNum } },
      idempotencyKey: keyOf(bookId, chapterNum, text, newest?.id ?? null),
    },
  });
  assertTaken(`Chapter ${chapterNum} (“${title}”)`, createBlob.userErrors);
  if (!createBlob.blob)
    throw new DemoError(`Chapter ${chapterNum} (“${title}”) was stored, but not answered.`);
  return { draft: createBlob.blob, found: false };
}

const AT_ONCE = 4;

/** Sees to it that every chapter's newest draft has the chapter's text. Answers how many were stored for that. */
export async function placeDrafts(deps: {
  readonly graph: Graph;
  readonly book: FolderBook;
  /** The newest drafts by chapter, as they were before. */
  readonly newest: ReadonlyMap<number, Draft | null>;
  readonly onPlaced: (chapterNum: number, placed: PlacedDraft) => void;
}): Promise<number> {
  const { graph, book, newest, onPlaced } = deps;
  const placed = await pMap(
    book.chapters,
    async (chapter) => {
      const { chapterNum } = chapter;
      const draft = await placeDraft(graph, book.bookId, chapter, newest.get(chapterNum) ?? null);
      onPlaced(chapterNum, draft);
      return draft;
    },
    { concurrency: AT_ONCE },
  );
  return placed.filter(({ found }) => !found).length;
}
