import DataLoader from 'dataloader';
import { byArguments } from '../../../platform/collections/by-arguments.ts';
import { loaderById, loaderByKey } from '../../../platform/collections/loaders.ts';
import { AnswerRoom, noRoom } from '../../../platform/serving/graphql/answer-room.ts';
import type { Book } from '../blobs/books/books.ts';
import { readBooks } from '../blobs/books/books.ts';
import type { DerivedRequest, PlaceFilter, PlaceRequest } from '../store/lists.ts';
import type { IndexEntry, UserBlobRecord } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import type { ListedPlace } from '../store/summary.ts';

/** Entries of one request by their ids: what its lists have brought is not read again. */
export class Entries {
  readonly #loader: DataLoader<string, IndexEntry | null>;
  readonly #known = new Map<string, IndexEntry>();

  constructor(store: Pick<StateStore, 'entries'>, userId: string) {
    this.#loader = loaderById((ids) => store.entries(userId, ids));
  }

  /** Null when the caller has no blob of this id. At once where it is known. */
  load(id: string): IndexEntry | null | Promise<IndexEntry | null> {
    return this.#known.get(id) ?? this.#loader.load(id);
  }

  /** In the order of the ids. */
  loadMany(ids: readonly string[]): Promise<(IndexEntry | null)[]> {
    return Promise.all(ids.map((id) => this.load(id)));
  }

  /** Entries that were just read. */
  note(entries: readonly IndexEntry[]): void {
    for (const entry of entries) this.#known.set(entry.id, entry);
  }

  /** To be called when the entry was changed. */
  forget(id: string): void {
    this.#known.delete(id);
    this.#loader.clear(id);
  }
}

/** Batches the reads of one request: one store query per batch. */
export interface Loaders {
  readonly entry: Entries;
  /** Null when missing. Rejects with RESPONSE_TOO_LARGE beyond the documents that fit into one answer. */
  readonly userBlob: DataLoader<string, UserBlobRecord | null>;
  /** Null when there is neither a record nor a draft. */
  readonly book: DataLoader<string, Book | null>;
  /** When a book was created. */
  readonly bookTime: DataLoader<string, ListedPlace | null>;
  /** The newest 1,000 of each parent. */
  readonly derivedIds: DataLoader<string, string[]>;
  /** Newest first, `request.limit` at most. */
  derived(request: DerivedRequest): DataLoader<string, IndexEntry[]>;
  /** By parent; undefined: of all processors. */
  derivedCount(processorIds: readonly string[] | undefined): DataLoader<string, number>;
  /** Entries of books or conversations, by their ids; newest first, `request.limit` at most. */
  inPlace(request: PlaceRequest): DataLoader<string, IndexEntry[]>;
  /** By the id of the book or conversation. */
  inPlaceCount(filter: PlaceFilter): DataLoader<string, number>;
}

const DERIVED_IDS = 1_000;

/**
 * Loads users' blobs with their documents. The index knows their sizes: those that do not fit into one answer are not
 * read.
 */
function bodies(
  store: StateStore,
  userId: string,
  entries: Entries,
): DataLoader<string, UserBlobRecord | null> {
  const room = new AnswerRoom();
  return new DataLoader<string, UserBlobRecord | null>(async (ids) => {
    const known = await entries.loadMany(ids);
    const fitting = ids.filter((_, index) => room.take(known[index]?.sizeBytes ?? 0));
    const read = await store.userBlobs(userId, fitting);
    const found = new Map<string, UserBlobRecord | null>(fitting.map((id) => [id, null]));
    for (const blob of read) found.set(blob.id, blob);
    return ids.map((id) => found.get(id) ?? (found.has(id) ? null : noRoom()));
  });
}

export function createLoaders(store: StateStore, userId: string): Loaders {
  const entry = new Entries(store, userId);
  const noted = (lists: ReadonlyMap<string, IndexEntry[]>) => {
    for (const entries of lists.values()) entry.note(entries);
    return lists;
  };
  return {
    entry,
    userBlob: bodies(store, userId, entry),
    book: loaderById((ids) => readBooks(store, userId, ids)),
    bookTime: loaderById((ids) => store.listedPlaces(userId, 'bookId', ids)),
    derivedIds: loaderByKey((parents) => store.derivedIds(userId, parents, DERIVED_IDS), []),
    derived: byArguments((request: DerivedRequest) =>
      loaderByKey(async (parents) => noted(await store.derived(userId, parents, request)), []),
    ),
    derivedCount: byArguments((processorIds: readonly string[] | undefined) =>
      loaderByKey((parents) => store.derivedCounts(userId, parents, processorIds), 0),
    ),
    inPlace: byArguments((request: PlaceRequest) =>
      loaderByKey(async (places) => noted(await store.inPlaces(userId, places, request)), []),
    ),
    inPlaceCount: byArguments((filter: PlaceFilter) =>
      loaderByKey((places) => store.inPlacesCounts(userId, places, filter), 0),
    ),
  };
}
