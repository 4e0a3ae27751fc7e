import type { Collection, Document, Filter } from 'mongodb';
import { BLOB_INDEX, type StateCollections } from './collections.mongo.ts';
import { userBlobFrom } from './documents.mongo.ts';

/** Drops the events that the log has, and the mark of a waiting outbox with the last of them, in one write. */
export async function clearOutbox<T extends { _id: string }>(
  collection: Collection<T>,
  id: string,
  upToVersion: number,
): Promise<void> {
  const kept = { $filter: { input: '$outbox', cond: { $gt: ['$$this.version', upToVersion] } } };
  const since = { $cond: [{ $eq: ['$outbox', []] }, '$$REMOVE', '$outbox_since'] };
  await collection.updateOne({ _id: id } as Filter<T>, [
    { $set: { outbox: kept } },
    { $set: { outbox_since: since } },
  ]);
}

export async function outbox({ userBlobs, entries }: StateCollections, blobId: string) {
  const waiting = { _id: blobId, outbox_since: { $exists: true } };
  // The entry first: an event of its is then never seen without those of the blob itself that go before.
  const entry = await entries.findOne(waiting, { projection: { outbox: 1 } });
  const blob = await userBlobs.findOne(waiting);
  return {
    userBlob: blob ? userBlobFrom(blob) : null,
    entry: entry ? { blobId, events: entry.outbox } : null,
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
  const waiting = [{ $match: { outbox_since: { $exists: true } } }, { $project: { _id: 1 } }];
  const [row] = await userBlobs
    .aggregate<{ total: number }>([...ofBoth(waiting), { $count: 'total' }])
    .toArray();
  return row?.total ?? 0;
}

export async function oldestOutbox({ userBlobs }: StateCollections): Promise<Date | null> {
  const longestWaiting = [
    { $match: { outbox_since: { $exists: true } } },
    { $sort: { outbox_since: 1 } },
    { $limit: 1 },
    { $project: { outbox_since: 1 } },
  ];
  const rows = await userBlobs.aggregate<{ outbox_since: Date }>(ofBoth(longestWaiting)).toArray();
  const times = rows.map((row) => row.outbox_since.getTime());
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}
