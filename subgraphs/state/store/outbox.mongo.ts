import type { Collection, Document, Filter } from 'mongodb';
import { BLOB_INDEX, type StateCollections } from './collections.mongo.ts';
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
  const ofEntries = await entries.find(waiting, { projection: { outbox: 1 } }).toArray();
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
    entries: ofEntries.map(({ _id, outbox }) => ({ blobId: _id, events: outbox })),
  };
}

/** The same pipeline over both collections that have outboxes. */
const ofBoth = (pipeline: Document[]): Document[] => [
  ...pipeline,
  { $unionWith: { coll: BLOB_INDEX, pipeline } },
];

export async function pendingOutboxes({ userBlobs }: StateCollections, waitingSince: Date, limit: number) {
  const longestWaiting = [
    { $match: { outbox_since: { $lt: waitingSince } } },
    { $sort: { outbox_since: 1 } },
    { $limit: limit },
    { $project: { outbox_since: 1 } },
  ];
  const rows = await userBlobs
    .aggregate<{ _id: string }>([
      ...ofBoth(longestWaiting),
      { $group: { _id: '$_id', since: { $min: '$outbox_since' } } },
      { $sort: { since: 1 } },
      { $limit: limit },
    ])
    .toArray();
  return rows.map((row) => row._id);
}

export async function outboxLength({ userBlobs }: StateCollections): Promise<number> {
  const waiting = [{ $match: WAITING }, { $project: { _id: 1 } }];
  const [row] = await userBlobs
    .aggregate<{ total: number }>([...ofBoth(waiting), { $count: 'total' }])
    .toArray();
  return row?.total ?? 0;
}

export async function oldestOutbox({ userBlobs }: StateCollections): Promise<Date | null> {
  const longestWaiting = [
    { $match: WAITING },
    { $sort: { outbox_since: 1 } },
    { $limit: 1 },
    { $project: { outbox_since: 1 } },
  ];
  const rows = await userBlobs.aggregate<{ outbox_since: Date }>(ofBoth(longestWaiting)).toArray();
  const times = rows.map((row) => row.outbox_since.getTime());
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}
