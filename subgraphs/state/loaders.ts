import DataLoader from 'dataloader';
import { AnswerRoom, noRoom } from '../../platform/answer-room.ts';
import type { Book } from './books/books.ts';
import { readBooks } from './books/books.ts';
import type { IndexEntry, UserBlobRecord } from './documents.ts';
import type { DerivedRequest, PlaceFilter, PlaceRequest, StateStore } from './store/store.ts';
import type { ListedPlace } from './summary/summary.ts';

/** Batches the reads of one request: one store query a batch, whatever it holds. */
export interface Loaders {
  readonly entry: DataLoader<string, IndexEntry | null>;
  readonly userBlob: DataLoader<string, UserBlobRecord | null>;
  readonly book: DataLoader<string, Book | null>;
  /** When a book came into being. */
  readonly bookTime: DataLoader<string, ListedPlace | null>;
  readonly derivedIds: DataLoader<string, string[]>;
  /** Newest first, `request.limit` at most. */
  derived(request: DerivedRequest): DataLoader<string, IndexEntry[]>;
  derivedCount(processorIds: readonly string[] | undefined): DataLoader<string, number>;
  /** Of books or conversations, by their ids; newest first, `request.limit` at most. */
  inPlace(request: PlaceRequest): DataLoader<string, IndexEntry[]>;
  inPlaceCount(filter: PlaceFilter): DataLoader<string, number>;
}

const DERIVED_IDS = 1_000;

/** A loader of documents by id; null where there is none. */
const byId = <T extends { id: string }>(read: (ids: readonly string[]) => Promise<readonly T[]>) =>
  new DataLoader<string, T | null>(async (ids) => {
    const found = new Map((await read(ids)).map((one) => [one.id, one]));
    return ids.map((id) => found.get(id) ?? null);
  });

/** A loader of what is found for each key; `none` where there is nothing. */
const byKey = <T>(read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>, none: T) =>
  new DataLoader<string, T>(async (keys) => {
    const found = await read(keys);
    return keys.map((key) => found.get(key) ?? none);
  });

/** One loader for each distinct set of arguments. */
function keyed<Arguments, Loader>(make: (given: Arguments) => Loader): (given: Arguments) => Loader {
  const loaders = new Map<string, Loader>();
  return (given) => {
    const key = JSON.stringify(given) ?? '';
    const loader = loaders.get(key) ?? make(given);
    loaders.set(key, loader);
    return loader;
  };
}

/**
 * A loader of users' blobs with their documents. The index tells how large they are: those that do not fit into an
 * answer together are not read.
 */
function bodies(
  store: StateStore,
  userId: string,
  entries: DataLoader<string, IndexEntry | null>,
): DataLoader<string, UserBlobRecord | null> {
  const room = new AnswerRoom();
  return new DataLoader<string, UserBlobRecord | null>(async (ids) => {
    const known = await entries.loadMany(ids);
    const fitting = ids.filter((_, index) => {
      const entry = known[index];
      return room.take(entry && !(entry instanceof Error) ? entry.sizeBytes : 0);
    });
    const read = await store.userBlobs(userId, fitting);
    const found = new Map<string, UserBlobRecord | null>(fitting.map((id) => [id, null]));
    for (const blob of read) found.set(blob.id, blob);
    return ids.map((id) => found.get(id) ?? (found.has(id) ? null : noRoom()));
  });
}

export function createLoaders(store: StateStore, userId: string): Loaders {
  const entry = byId((ids) => store.entries(userId, ids));
  return {
    entry,
    userBlob: bodies(store, userId, entry),
    book: byId((ids) => readBooks({ store }, userId, ids)),
    bookTime: byId((ids) => store.listedPlaces(userId, 'bookId', ids)),
    derivedIds: byKey((parents) => store.derivedIds(userId, parents, DERIVED_IDS), []),
    derived: keyed((request: DerivedRequest) =>
      byKey((parents) => store.derived(userId, parents, request), []),
    ),
    derivedCount: keyed((processorIds: readonly string[] | undefined) =>
      byKey((parents) => store.derivedCounts(userId, parents, processorIds), 0),
    ),
    inPlace: keyed((request: PlaceRequest) => byKey((places) => store.inPlaces(userId, places, request), [])),
    inPlaceCount: keyed((filter: PlaceFilter) =>
      byKey((places) => store.inPlacesCounts(userId, places, filter), 0),
    ),
  };
}
