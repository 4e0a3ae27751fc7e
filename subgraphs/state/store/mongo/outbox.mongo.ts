import type { Collection, Document, Filter } from 'mongodb';
import type { Outboxes, Published, UserBlobOutbox } from '../outbox.ts';
import { restored } from '../outbox.ts';
import type { StateCollections } from './documents/collections.mongo.ts';
import type { UserBlobDocument } from './documents/entry-documents.mongo.ts';

/** Has unpublished events. A range, because SecantusDB does not use the sparse index for `$exists`. */
export const WAITING = { outbox_since: { $gt: new Date(0) } };

/** Removes published events, and `outbox_since` with the last one, in one write per document. */
export async function clearOutboxes<T extends { _id: string }>(
  collection: Collection<T>,
  published: Published,
): Promise<void> {
  if (published.size === 0) return;
  const since = { $cond: [{ $eq: ['$outbox', []] }, '$$REMOVE', '$outbox_since'] };
  const clear = ([blobId, version]: readonly [string, number]) => {
    const kept = { $filter: { input: '$outbox', cond: { $gt: ['$$this.version', version] } } };
    const update = [{ $set: { outbox: kept } }, { $set: { outbox_since: since } }];
    return { updateOne: { filter: { _id: blobId } as Filter<T>, update } };
  };
  await collection.bulkWrite([...published].map(clear), { ordered: false });
}

/** What the index has of these blobs, and then the erasures of their users: one that begins later finds the entries. */
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
    .project<{ _id: string; outbox_since: Date }>({ outbox_since: 1 })
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

export async function outboxLength({ userBlobs, entries }: StateCollections): Promise<number> {
  const [blobs, others] = await Promise.all([
    userBlobs.countDocuments(WAITING),
    entries.countDocuments(WAITING),
  ]);
  return blobs + others;
}

export async function oldestOutbox({ userBlobs, entries }: StateCollections): Promise<Date | null> {
  const found = await Promise.all([
    longestWaiting(userBlobs, WAITING, 1),
    longestWaiting(entries, WAITING, 1),
  ]);
  const times = found.flat().map((row) => row.outbox_since.getTime());
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}
