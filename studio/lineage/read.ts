import type { Graph } from 'blobgraph/client';
import {
  BookLineageDocument,
  type BookLineageQuery,
  LineageDocument,
} from '../lineage-graph/operations.generated.ts';
import type { Edge, LineageBlob, Place } from './model/blob.ts';
import type { Reading } from './model/known.ts';

/** The blob or the book that a lineage is of. */
export type Subject =
  | { readonly kind: 'blob'; readonly id: string; readonly depth: number }
  | { readonly kind: 'book'; readonly id: string };

/** An answer of the graph, with what stands around the lineage. */
export interface Answer {
  readonly reading: Reading;
  /** Of the blob or the book. */
  readonly title: string;
  /** Of the blob; null of a book. */
  readonly type: string | null;
  readonly places: readonly Place[];
  /** Why parts are missing. */
  readonly faults: readonly string[];
}

export interface ReadOptions {
  readonly typed: Pick<Graph, 'request'>;
  readonly signal: AbortSignal;
  /** Blobs that are known: of a book only what is newer is read. Default: none. */
  readonly known?: ReadonlyMap<string, LineageBlob>;
}

/** As many blobs of a book as a lineage has at most. */
export const MOST_BLOBS = 1_000;

/** @throws GraphError */
async function readBlob(id: string, depth: number, { typed, signal }: ReadOptions): Promise<Answer | null> {
  const { data, errors } = await typed.request(LineageDocument, { id, depth }, { signal });
  if (!data.blob) return null;
  const { title, type, sources, lineage } = data.blob;
  return {
    reading: { blobs: lineage.nodes, edges: lineage.edges, isTruncated: lineage.truncated, isWhole: true },
    title,
    type,
    places: sources.map((source) => ({ title: '', blobId: source.id })),
    faults: errors.map(({ message }) => message),
  };
}

const edgesOf = ({ nodes }: BookLineageQuery['blobs']): Edge[] =>
  nodes.flatMap(({ id, sources }) => sources.map((source) => ({ parentId: source.id, childId: id })));

interface Page {
  readonly data: BookLineageQuery;
  readonly errors: readonly { readonly message: string }[];
}
/** As the operation asks for. */
const PAGE = 100;

/** Where the next page begins; null at the end, and where what is newer than what is known was read. */
function nextOf({ data: { blobs } }: Page, known: ReadOptions['known']): string | null {
  const { hasNextPage, endCursor } = blobs.pageInfo;
  const isAllNew = blobs.nodes.every(({ id }) => !known?.has(id));
  return hasNextPage && (!known || isAllNew) ? endCursor : null;
}

/**
 * The book's own blobs, page by page, each with what it was made of: that is every edge once. Lineages of its drafts
 * would be one walk each, and bring each compiled version with all that it was made of as often as there are chapters;
 * together they are beyond what an operation may cost. Newest first, so that what came since is in the first page.
 */
async function readBook(bookId: string, { typed, signal, known }: ReadOptions): Promise<Answer | null> {
  const pages: Page[] = [];
  let after: string | null = null;
  do {
    const withBook = after === null;
    const page: Page = await typed.request(BookLineageDocument, { bookId, after, withBook }, { signal });
    pages.push(page);
    after = nextOf(page, known);
  } while (after !== null && pages.length * PAGE < MOST_BLOBS);
  const [first] = pages;
  const book = first?.data.book;
  const blobs = pages.flatMap(({ data }) => data.blobs.nodes);
  if (!book && blobs.length === 0) return null;
  return {
    reading: {
      blobs,
      edges: pages.flatMap(({ data }) => edgesOf(data.blobs)),
      isTruncated: pages.at(-1)?.data.blobs.pageInfo.hasNextPage ?? false,
      isWhole: !known,
    },
    title: book?.title ?? bookId,
    type: null,
    places: (book?.chapters ?? []).map(({ title, draft }) => ({ title, blobId: draft?.id ?? null })),
    faults: pages.flatMap(({ errors }) => errors.map(({ message }) => message)),
  };
}

/** Reads a lineage; null where there is none of this id. @throws GraphError */
export const readLineage = (subject: Subject, options: ReadOptions): Promise<Answer | null> =>
  subject.kind === 'book' ? readBook(subject.id, options) : readBlob(subject.id, subject.depth, options);
