import DataLoader from 'dataloader';
import { byArguments } from '../../../platform/collections/by-arguments.ts';
import { loaderById, loaderByKey } from '../../../platform/collections/loaders.ts';
import { WrittenJson } from '../../../platform/json/written.ts';
import { AnswerRoom, noRoom } from '../../../platform/serving/graphql/answer-room.ts';
import type { Book } from '../blobs/books/books.ts';
import { readBooks } from '../blobs/books/books.ts';
import type { DerivedRequest, PlaceFilter, PlaceRequest } from '../store/lists.ts';
import type { AnyEntry } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import type { ListedPlace } from '../store/summary.ts';
import {
  createEntries,
  type DetailedLoader,
  detailedById,
  detailedByKey,
  type Entries,
} from './detailed-loaders.ts';

/** Batches the reads of one request: one store query per batch. */
export interface Loaders {
  readonly entry: Entries;
  /** Null when missing. Rejects with RESPONSE_TOO_LARGE beyond the documents that fit into one answer. */
  readonly body: DataLoader<string, WrittenJson | null>;
  /** Null when there is neither a record nor a draft. `detail`: of its drafts. */
  readonly book: DetailedLoader<Book<AnyEntry> | null>;
  /** When a book was created. */
  readonly bookTime: DataLoader<string, ListedPlace | null>;
  /** The newest 1,000 of each parent. */
  readonly derivedIds: DataLoader<string, string[]>;
  /** Newest first, `request.limit` at most. */
  derived(request: DerivedRequest): DetailedLoader<AnyEntry[]>;
  /** By parent; undefined: of all processors. */
  derivedCount(processorIds: readonly string[] | undefined): DataLoader<string, number>;
  /** Entries of books or conversations, by their ids; newest first, `request.limit` at most. */
  inPlace(request: PlaceRequest): DetailedLoader<AnyEntry[]>;
  /** By the id of the book or conversation. */
  inPlaceCount(filter: PlaceFilter): DataLoader<string, number>;
}

const DERIVED_IDS = 1_000;

/**
 * Loads the documents of users' blobs, which are only passed on. The index knows their sizes: those that do not fit
 * into one answer are not read.
 */
function bodies(store: StateStore, userId: string, entries: Entries): DataLoader<string, WrittenJson | null> {
  const room = new AnswerRoom();
  return new DataLoader<string, WrittenJson | null>(async (ids) => {
    const known = await entries.loadMany(ids, 'brief');
    const fitting = ids.filter((_, index) => room.take(known[index]?.sizeBytes ?? 0));
    const read = await store.bodies(userId, fitting);
    const found = new Map<string, WrittenJson | null>(fitting.map((id) => [id, null]));
    for (const { id, json } of read) found.set(id, new WrittenJson(json));
    return ids.map((id) => found.get(id) ?? (found.has(id) ? null : noRoom()));
  });
}

export function createLoaders(store: StateStore, userId: string): Loaders {
  const entry = createEntries(store, userId);
  const noted = (lists: ReadonlyMap<string, AnyEntry[]>) => {
    for (const entries of lists.values()) entry.note(entries);
    return lists;
  };
  return {
    entry,
    body: bodies(store, userId, entry),
    book: detailedById((ids, detail) => readBooks(store, userId, ids, detail)),
    bookTime: loaderById((ids) => store.listedPlaces(userId, 'bookId', ids)),
    derivedIds: loaderByKey((parents) => store.derivedIds(userId, parents, DERIVED_IDS), []),
    derived: byArguments((request: DerivedRequest) =>
      detailedByKey(
        async (parents, detail) => noted(await store.derived(userId, parents, request, detail)),
        [],
      ),
    ),
    derivedCount: byArguments((processorIds: readonly string[] | undefined) =>
      loaderByKey((parents) => store.derivedCounts(userId, parents, processorIds), 0),
    ),
    inPlace: byArguments((request: PlaceRequest) =>
      detailedByKey(
        async (places, detail) => noted(await store.inPlaces(userId, places, request, detail)),
        [],
      ),
    ),
    inPlaceCount: byArguments((filter: PlaceFilter) =>
      loaderByKey((places) => store.inPlacesCounts(userId, places, filter), 0),
    ),
  };
}
