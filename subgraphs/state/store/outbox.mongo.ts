import type { Collection, Document, Filter } from 'mongodb';
import type { StateCollections } from './collections.mongo.ts';
import { restored } from './outbox.ts';
import type { Outboxes, Published } from './store.ts';

/** Events wait. A range, which every server looks up in the sparse index; `$exists` SecantusDB checks document by document. */
const WAITING = { outbox_since: { $gt: new Date(0) } };

/** Drops the events that the log has, and the mark of a waiting outbox with the last of them, in one write a document. */
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

export async function outboxes(
  { userBlobs, entries }: StateCollections,
  blobIds: readonly string[],
): Promise<Outboxes> {
  const waiting = { _id: { $in: [...blobIds] }, ...WAITING };
  // Entries first: an event of theirs is then never seen without those of the blob itself that go before.
  const ofEntries = await entries.find(waiting, { projection: { outbox: 1, source_ids: 1 } }).toArray();
  const blobs = await userBlobs
    .find(waiting, { projection: { user_id: 1, created_at: 1, outbox: 1 } })
    .toArray();
  return {
    userBlobs: blobs.map(({ _id, user_id, created_at, outbox }) => ({
      blobId: _id,
      userId: user_id,
      createdAt: created_at,
      events: outbox,
    })),
    // A tombstone has no sources.
    entries: ofEntries.map(({ _id, outbox, source_ids = [] }) => ({
      blobId: _id,
      events: restored(outbox, source_ids),
    })),
  };
}

/** Since when outboxes of a collection wait, the longest first. */
const longestWaiting = <T extends Document>(collection: Collection<T>, where: Document, limit: number) =>
  collection
    .find(where as Filter<T>)
    .sort({ outbox_since: 1 })
    .limit(limit)
    .project<{ _id: string; outbox_since: Date }>({ outbox_since: 1 })
    .toArray();

// Both collections are asked side by side: SecantusDB looks nothing up by index in what `$unionWith` adds.

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
