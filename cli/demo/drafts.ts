import { createHash } from 'node:crypto';
import pMap from 'p-map';
import type { FolderBook, FolderChapter } from './book-folder.ts';
import { DemoError } from './error.ts';
import type { Graph } from './graph.ts';
import type { UserError } from './operation.ts';
import { createDrafts, type Draft, readDraftText } from './operations.ts';

/** An idempotency key: SHA-256 of the parts, in hex. */
export const keyOf = (...parts: readonly (string | number | null)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** @throws DemoError when the graph refused the operation, with the reasons */
export function assertTaken(what: string, errors: readonly UserError[]): void {
  if (errors.length === 0) return;
  throw new DemoError(`${what} was refused:\n${errors.map(({ message }) => `  ${message}`).join('\n')}`);
}

/** A chapter's stored draft. */
export interface PlacedDraft {
  readonly draft: Draft;
  /** Whether the newest draft already had this text. */
  readonly found: boolean;
}

interface DraftDependencies {
  readonly graph: Graph;
  readonly book: FolderBook;
  /** The newest drafts before, by chapter. */
  readonly newest: ReadonlyMap<number, Draft | null>;
  readonly onPlaced: (chapterNum: number, placed: PlacedDraft) => void;
}

const READ_AT_ONCE = 4;
/** Drafts sent together. A request may have 8 MiB, of JSON. */
const SENT_AT_ONCE = 100;
const BYTES_AT_ONCE = 1024 * 1024;

/** Whether the chapter's newest draft has its text: then nothing is stored. */
async function isPlaced(
  { graph, newest, onPlaced }: DraftDependencies,
  { chapterNum, text }: FolderChapter,
): Promise<boolean> {
  const draft = newest.get(chapterNum);
  if (!draft) return false;
  const { blob } = await graph.run(readDraftText, { id: draft.id });
  if (blob?.content?.body?.content !== text) return false;
  onPlaced(chapterNum, { draft, found: true });
  return true;
}

/** In parts that one request holds. A text that is larger is alone. */
export function inParts<Item extends { readonly text: string }>(chapters: readonly Item[]): Item[][] {
  const parts: Item[][] = [];
  let bytes = 0;
  for (const chapter of chapters) {
    const size = Buffer.byteLength(chapter.text);
    const part = parts.at(-1);
    bytes += size;
    if (part && part.length < SENT_AT_ONCE && bytes <= BYTES_AT_ONCE) part.push(chapter);
    else {
      parts.push([chapter]);
      bytes = size;
    }
  }
  return parts;
}

/**
 * The idempotency key covers the content and the draft that it replaces, so that text which is changed and changed back
 * becomes the newest draft again.
 */
function inputOf(
  { book: { bookId }, newest }: DraftDependencies,
  { chapterNum, title, text }: FolderChapter,
) {
  return {
    type: 'chapter_draft',
    schemaId: 'text-input-v1',
    title,
    data: { content: text, metadata: { book_id: bookId, chapter_num: chapterNum } },
    idempotencyKey: keyOf(bookId, chapterNum, text, newest.get(chapterNum)?.id ?? null),
  } as const;
}

async function store(deps: DraftDependencies, chapters: readonly FolderChapter[]): Promise<void> {
  const blobs = chapters.map((chapter) => inputOf(deps, chapter));
  const { createBlobs } = await deps.graph.run(createDrafts, { input: { blobs } });
  assertTaken('Storing the chapters', createBlobs.userErrors);
  for (const [place, { chapterNum, title }] of chapters.entries()) {
    const { blob = null, userErrors = [] } = createBlobs.results[place] ?? {};
    const name = `Chapter ${chapterNum} (“${title}”)`;
    assertTaken(name, userErrors);
    if (!blob) throw new DemoError(`${name} was stored, but the answer has no blob.`);
    deps.onPlaced(chapterNum, { draft: blob, found: false });
  }
}

/** Makes sure that every chapter's newest draft has the chapter's text. @returns how many drafts were stored */
export async function placeDrafts(deps: DraftDependencies): Promise<number> {
  const { chapters } = deps.book;
  const placed = await pMap(chapters, (chapter) => isPlaced(deps, chapter), { concurrency: READ_AT_ONCE });
  const missing = chapters.filter((_, place) => !placed[place]);
  for (const part of inParts(missing)) await store(deps, part);
  return missing.length;
}
