import type { Filter } from 'mongodb';
import type { EntryPlace, ScannedEntry, StateScans } from '../scans.ts';
import type { StateCollections } from './documents/collections.mongo.ts';
import { type EntryDocument, runFrom, type UserBlobDocument } from './documents/entry-documents.mongo.ts';

type ScannedDocument = Pick<
  EntryDocument,
  | '_id'
  | 'user_id'
  | 'processor_id'
  | 'schema_id'
  | 'type'
  | 'schema_version'
  | 'book_id'
  | 'source_ids'
  | 'content_hash'
  | 'runs'
  | 'content_missing_since'
  | 'created_at'
  | 'outbox_since'
>;
type BlobDocument = Pick<UserBlobDocument, '_id' | 'user_id' | 'created_at' | 'outbox_since'>;

const SCANNED = {
  user_id: 1,
  processor_id: 1,
  schema_id: 1,
  type: 1,
  schema_version: 1,
  book_id: 1,
  source_ids: 1,
  content_hash: 1,
  runs: 1,
  content_missing_since: 1,
  created_at: 1,
  outbox_since: 1,
} as const;

const scannedFrom = (document: ScannedDocument): ScannedEntry => ({
  id: document._id,
  userId: document.user_id,
  processorId: document.processor_id,
  schemaId: document.schema_id,
  type: document.type,
  schemaVersion: document.schema_version,
  bookId: document.book_id ?? null,
  sourceIds: document.source_ids,
  contentHash: document.content_hash ?? null,
  runs: document.runs.map(runFrom),
  contentMissingSince: document.content_missing_since ?? null,
  createdAt: document.created_at,
  waiting: document.outbox_since !== undefined,
});

const userBlobScan = ({ userBlobs }: StateCollections): StateScans['userBlobScan'] => ({
  async inventory({ before, after, limit }) {
    const where = { ...(after === undefined ? {} : { _id: { $gt: after } }), created_at: { $lt: before } };
    const projection = { user_id: 1, created_at: 1, outbox_since: 1 };
    const found = userBlobs.find<BlobDocument>(where, { projection }).sort({ _id: 1 }).limit(limit);
    return (await found.toArray()).map((document) => ({
      id: document._id,
      userId: document.user_id,
      sourceIds: [],
      createdAt: document.created_at,
      registration: document.outbox_since ? 'waiting' : 'registered',
    }));
  },
  async existing(ids) {
    const found = userBlobs.find({ _id: { $in: [...ids] } }).project<{ _id: string }>({ _id: 1 });
    return (await found.toArray()).map(({ _id }) => _id);
  },
  async countsOf(userIds, before) {
    const older = { $sum: { $cond: [{ $lt: ['$created_at', before] }, 1, 0] } };
    const rows = await userBlobs
      .aggregate<{ _id: string; older: number; total: number }>([
        { $match: { user_id: { $in: [...userIds] } } },
        { $group: { _id: '$user_id', older, total: { $sum: 1 } } },
      ])
      .toArray();
    return rows.map(({ _id, ...counts }) => ({ userId: _id, ...counts }));
  },
});

/** Reads across all users. */
export function createScans(collections: StateCollections): StateScans {
  const { entries } = collections;
  const read = async (where: Filter<EntryDocument>, limit: number): Promise<ScannedEntry[]> => {
    const found = entries.find<ScannedDocument>(where, { projection: SCANNED });
    return (await found.sort({ user_id: 1, _id: 1 }).limit(limit).toArray()).map(scannedFrom);
  };
  /** Two ranges of one index: the rest of the same user, then the following users. */
  async function behind({ userId, id }: EntryPlace, limit: number): Promise<ScannedEntry[]> {
    const own = await read({ user_id: userId, _id: { $gt: id } }, limit);
    if (own.length === limit) return own;
    return [...own, ...(await read({ user_id: { $gt: userId } }, limit - own.length))];
  }
  return {
    // Tombstones have no user.
    scanEntries: ({ after, limit }) => (after ? behind(after, limit) : read({ user_id: { $gt: '' } }, limit)),
    async known(ids) {
      const found = entries
        .find({ _id: { $in: [...ids] } })
        .project<{ _id: string; user_id?: string }>({ user_id: 1 });
      return (await found.toArray()).map(({ _id, user_id }) => ({ id: _id, deleted: user_id === undefined }));
    },
    async hasEntryOf(processorId) {
      // Tombstones have no user.
      const where = { processor_id: processorId, user_id: { $gt: '' } };
      return (await entries.findOne(where, { projection: { _id: 1 } })) !== null;
    },
    userBlobScan: userBlobScan(collections),
  };
}
