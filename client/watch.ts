import { backOff } from './back-off.ts';
import { GraphError, InputError, isBegunAnew, isPassing } from './errors.ts';
import type { Asking, Graph } from './graph.ts';
import {
  BlobChangedDocument,
  BlobDocument,
  type BlobFieldsFragment,
  BookChangedDocument,
  BookDocument,
  type BookFieldsFragment,
  CreateBlobDocument,
  type CreateBlobInput,
  type ProcessingState,
} from './operations.generated.ts';

/** A blob as it is now. */
export interface SeenBlob {
  readonly blob: BlobFieldsFragment;
  /** Where that stands in the log, for the `after` of subscriptions of your own. */
  readonly cursor: string;
}

/** A book as it is now, with its chapters and its newest compilation. */
export interface SeenBook {
  readonly book: BookFieldsFragment;
  /** Where that stands in the log, for the `after` of subscriptions of your own. */
  readonly cursor: string;
}

interface Waiting extends Asking {
  readonly graph: Graph;
}

/** @throws the reason of the signal, or of the graph that was closed */
async function waitAfter(error: unknown, failures: number, { graph, signal }: Waiting): Promise<void> {
  const atLeastSeconds = error instanceof GraphError ? error.retryAfterSeconds : undefined;
  const ending = signal ? AbortSignal.any([graph.signal, signal]) : graph.signal;
  await backOff(failures, { signal: ending, atLeastSeconds });
}

/** Follows from a snapshot on; from another where a subscription cannot go on, and while nobody answers. */
async function* fromSnapshots<Seen>(
  follow: () => AsyncGenerator<Seen, void, undefined>,
  waiting: Waiting,
): AsyncGenerator<Seen, void, undefined> {
  for (let failures = 0; ; failures += 1) {
    try {
      for await (const seen of follow()) {
        failures = 0;
        yield seen;
      }
      return;
    } catch (error) {
      if (!isBegunAnew(error)) throw error;
      await waitAfter(error, failures, waiting);
    }
  }
}

/** For a blob or book that cannot be read now: it is read afresh, after a moment. */
const unread = () =>
  new GraphError([{ message: 'It cannot be read now.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);

/** `seen.version`: of the newest that was told, over all snapshots. */
async function* followBlob(
  graph: Graph,
  { id, seen }: { readonly id: string; readonly seen: { version: number } },
  asking: Asking,
): AsyncGenerator<SeenBlob, void, undefined> {
  /** Whether it is news: a change may have been in the snapshot, and a snapshot told by a change. */
  const isNews = ({ version }: BlobFieldsFragment): boolean => {
    if (version <= seen.version) return false;
    seen.version = version;
    return true;
  };
  const { data, errors } = await graph.request(BlobDocument, { id }, asking);
  const { blob: now, liveCursor: after } = data;
  if (!now && errors.length > 0) throw new GraphError(errors);
  if (!now) return;
  if (isNews(now)) yield { blob: now, cursor: after };
  const changes = graph.subscribe(BlobChangedDocument, { filter: { blobId: id }, after }, asking);
  for await (const { blobChanged } of changes) {
    const { kind, cursor, blob } = blobChanged;
    if (kind === 'DELETED') return;
    if (!blob) throw unread();
    if (isNews(blob)) yield { blob, cursor };
  }
}

/**
 * A blob as it is now, and again after each change, over any number of connections. Ends when the blob is deleted; at
 * once where there is none.
 * @throws GraphError for what does not pass by itself, e.g. `UNAUTHENTICATED`; the signal's reason
 */
export function watchBlob(
  graph: Graph,
  id: string,
  asking: Asking = {},
): AsyncGenerator<SeenBlob, void, undefined> {
  const seen = { version: 0 };
  return fromSnapshots(() => followBlob(graph, { id, seen }, asking), { ...asking, graph });
}

async function* followBook(
  graph: Graph,
  id: string,
  asking: Asking,
): AsyncGenerator<SeenBook, void, undefined> {
  const { data, errors } = await graph.request(BookDocument, { id }, asking);
  if (!data.book && errors.length > 0) throw new GraphError(errors);
  if (data.book) yield { book: data.book, cursor: data.liveCursor };
  const changes = graph.subscribe(BookChangedDocument, { bookId: id, after: data.liveCursor }, asking);
  for await (const { bookChanged } of changes) {
    const { kind, cursor, book } = bookChanged;
    if (kind === 'DELETED') return;
    if (!book) throw unread();
    yield { book, cursor };
  }
}

/**
 * A book as it is now, and again after each change of it or of a blob of it. A book that is not there yet is waited for.
 * Ends when the book is deleted.
 * @throws as {@link watchBlob}
 */
export const watchBook = (
  graph: Graph,
  id: string,
  asking: Asking = {},
): AsyncGenerator<SeenBook, void, undefined> =>
  fromSnapshots(() => followBook(graph, id, asking), { ...asking, graph });

interface Processed {
  readonly processing: { readonly state: ProcessingState };
}

/** Whether nothing more is made of the blob by itself. */
export const isSettled = ({ processing: { state } }: Processed): boolean =>
  state === 'STORED' || state === 'COMPLETED' || state === 'FAILED';

/** Stores a blob, once: the key makes it safe to send again while nobody answers. */
async function create(graph: Graph, input: CreateBlobInput, asking: Asking): Promise<BlobFieldsFragment> {
  const keyed = { ...input, idempotencyKey: input.idempotencyKey ?? crypto.randomUUID() };
  for (let failures = 0; ; failures += 1) {
    try {
      const { data, errors } = await graph.request(CreateBlobDocument, { input: keyed }, asking);
      const { blob, userErrors } = data.createBlob;
      if (userErrors.length > 0) throw new InputError(userErrors);
      // It is stored, or not: where that is not told, the same is sent again.
      if (!blob) throw new GraphError(errors);
      return blob;
    } catch (error) {
      if (!isPassing(error)) throw error;
      await waitAfter(error, failures, { ...asking, graph });
    }
  }
}

/**
 * Stores a blob and follows it until its processing is at an end: COMPLETED, FAILED, or STORED where
 * nothing is made of it. That is the last that it tells. Sent again
 * while nobody answers, stored once. Across reloads of a page give an `idempotencyKey` of your own: the same input goes on
 * with the same blob.
 * @throws InputError for input that the user can mend; otherwise as {@link watchBlob}
 */
export async function* createAndFollow(
  graph: Graph,
  input: CreateBlobInput,
  asking: Asking = {},
): AsyncGenerator<SeenBlob, void, undefined> {
  const blob = await create(graph, input, asking);
  for await (const seen of watchBlob(graph, blob.id, asking)) {
    yield seen;
    if (isSettled(seen.blob)) return;
  }
}
