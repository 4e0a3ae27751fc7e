import type { Collection, Document, Filter } from 'mongodb';
import type { BookKey, BookOutboxStore } from '../books.ts';
import type { Outboxes, Published, UserBlobOutbox } from '../outbox.ts';
import { restored } from '../outbox.ts';
import type { BookDocument } from './documents/book-documents.mongo.ts';
import type { StateCollections } from './documents/collections.mongo.ts';
import type { UserBlobDocument } from './documents/entry-documents.mongo.ts';

/** Has unpublished events. A range, because SecantusDB does not use the sparse index for `$exists`. */
export const WAITING = { outbox_since: { $gt: new Date(0) } };

/** A document, and the version up to which its events are published. */
type PublishedIn<T> = readonly [document: Filter<T>, version: number];

/** Removes published events, and `outbox_since` with the last one, in one write per document. */
async function clear<T extends Document>(
  collection: Collection<T>,
  published: readonly PublishedIn<T>[],
): Promise<void> {
  if (published.length === 0) return;
  const since = { $cond: [{ $eq: ['$outbox', []] }, '$$REMOVE', '$outbox_since'] };
  const clearOne = ([filter, version]: PublishedIn<T>) => {
    const kept = { $filter: { input: '$outbox', cond: { $gt: ['$$this.version', version] } } };
    const update = [{ $set: { outbox: kept } }, { $set: { outbox_since: since } }];
    return { updateOne: { filter, update } };
  };
  await collection.bulkWrite(published.map(clearOne), { ordered: false });
}

/** Removes published events of blobs. */
export const clearOutboxes = <T extends { _id: string }>(
  collection: Collection<T>,
  published: Published,
): Promise<void> =>
  clear(
    collection,
    [...published].map(([_id, version]) => [{ _id } as Filter<T>, version]),
  );

/** How these blobs stand in the index, and then the erasures of their users: one that begins later finds the entries. */
async function standing(
  { entries, erasures }: StateCollections,
  blobs: readonly Pick<UserBlobDocument, '_id' | 'user_id'>[],
) {
  if (blobs.length === 0) return { indexed: new Map<string, boolean>(), erasing: new Map() };
  const found = await entries
    .find({ _id: { $in: blobs.map(({ _id }) => _id) } })
    .project<{ _id: string; user_id?: string }>({ user_id: 1 })
    .toArray();
  const users = [...new Set(blobs.map(({ user_id }) => user_id))];
  const begun = await erasures.find({ _id: { $in: users } }).toArray();
  return {
    /** A tombstone has no user. */
    indexed: new Map(found.map(({ _id, user_id }) => [_id, user_id !== undefined])),
    erasing: new Map(
      begun.map((one) => [one._id, { startedAt: one.started_at, finishedAt: one.finished_at }]),
    ),
  };
}

const indexedAs = (isEntry: boolean | undefined): UserBlobOutbox['indexed'] => {
  if (isEntry === undefined) return 'nothing';
  return isEntry ? 'entry' : 'tombstone';
};

export async function outboxes(collections: StateCollections, blobIds: readonly string[]): Promise<Outboxes> {
  const { userBlobs, entries } = collections;
  const waiting = { _id: { $in: [...blobIds] }, ...WAITING };
  // Entries first, so that an event of theirs is never seen without the earlier ones of the blob itself.
  const ofEntries = await entries.find(waiting, { projection: { outbox: 1, source_ids: 1 } }).toArray();
  const blobs = await userBlobs
    .find(waiting, { projection: { user_id: 1, created_at: 1, outbox: 1 } })
    .toArray();
  const { indexed, erasing } = await standing(collections, blobs);
  return {
    userBlobs: blobs.map(({ _id, user_id, created_at, outbox }) => ({
      blobId: _id,
      userId: user_id,
      createdAt: created_at,
      events: outbox,
      indexed: indexedAs(indexed.get(_id)),
      erasure: erasing.get(user_id) ?? null,
    })),
    // A tombstone has no sources.
    entries: ofEntries.map(({ _id, outbox, source_ids = [] }) => ({
      blobId: _id,
      events: restored(outbox, source_ids),
    })),
  };
}

/** The waiting outboxes of a collection, the longest first. */
const longestWaiting = <T extends Document>(collection: Collection<T>, where: Document, limit: number) =>
  collection
    .find(where as Filter<T>)
    .sort({ outbox_since: 1 })
    .limit(limit)
    .project<{ _id: T['_id']; outbox_since: Date }>({ outbox_since: 1 })
    .toArray();

// Two queries, because SecantusDB uses no index in `$unionWith`.

export async function pendingOutboxes(
  { userBlobs, entries }: StateCollections,
  waitingSince: Date,
  limit: number,
): Promise<string[]> {
  const where = { outbox_since: { $lt: waitingSince } };
  const found = await Promise.all([
    longestWaiting(userBlobs, where, limit),
    longestWaiting(entries, where, limit),
  ]);
  const rows = found.flat().toSorted((a, b) => a.outbox_since.getTime() - b.outbox_since.getTime());
  return [...new Set(rows.map(({ _id }) => _id))].slice(0, limit);
}

export async function outboxLength({ userBlobs, entries, books }: StateCollections): Promise<number> {
  const counts = await Promise.all([
    userBlobs.countDocuments(WAITING),
    entries.countDocuments(WAITING),
    books.countDocuments(WAITING),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}

export async function oldestOutbox({ userBlobs, entries, books }: StateCollections): Promise<Date | null> {
  const found = await Promise.all([
    longestWaiting(userBlobs, WAITING, 1),
    longestWaiting(entries, WAITING, 1),
    longestWaiting(books, WAITING, 1),
  ]);
  const times = found.flat().map((row) => row.outbox_since.getTime());
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}

const bookId = ({ userId, id }: BookKey): BookDocument['_id'] => ({ user_id: userId, id });

/** The outboxes of books. */
export const createBookOutboxes = ({ books }: StateCollections): BookOutboxStore => ({
  async bookOutboxes(keys) {
    const where = { _id: { $in: keys.map(bookId) }, ...WAITING };
    const found = await books.find(where, { projection: { outbox: 1, created_at: 1 } }).toArray();
    return found.map(({ _id, created_at: createdAt, outbox = [] }) => ({
      ...{ userId: _id.user_id, id: _id.id, createdAt },
      events: outbox,
    }));
  },
  clearBookOutboxes: (published) =>
    clear(
      books,
      published.map((book) => [{ _id: bookId(book), created_at: book.createdAt }, book.version]),
    ),
  async pendingBookOutboxes(waitingSince, limit) {
    const found = await longestWaiting(books, { outbox_since: { $lt: waitingSince } }, limit);
    return found.map(({ _id }) => ({ userId: _id.user_id, id: _id.id }));
  },
});
