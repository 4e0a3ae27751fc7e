import type { Db } from 'mongodb';
import { insertOrFind } from '../../../platform/mongo/insert-or-find.ts';
import type { BookRecord } from '../documents.ts';
import { createCounter } from '../summary/counting/counter.mongo.ts';
import { COUNTED, countedFrom } from '../summary/counting/stored.mongo.ts';
import { createSummaries } from '../summary/summary.mongo.ts';
import { createBackfills } from './backfills.mongo.ts';
import { BLOB_INDEX, collectionsOf, createIndexes, type StateCollections } from './collections.mongo.ts';
import { createDeletions } from './deletions.mongo.ts';
import {
  bookFrom,
  contentUpdate,
  type EntryDocument,
  entryFrom,
  type ReadEntryDocument,
  type TombstoneDocument,
  toBookDocument,
  toEntryDocument,
  toRunDocuments,
  toUserBlobDocument,
  userBlobFrom,
} from './documents.mongo.ts';
import { createErasures } from './erasures.mongo.ts';
import { byParent, newestOf, ofEach } from './groups.mongo.ts';
import { createLineage } from './lineage/lineage.mongo.ts';
import { createUpkeep } from './lists/indexes.mongo.ts';
import { createLists, whereOf } from './lists/pages.mongo.ts';
import { clearOutboxes, oldestOutbox, outboxes, outboxLength, pendingOutboxes } from './outbox.mongo.ts';
import { kept } from './outbox.ts';
import { createReemissionStore } from './reemission.mongo.ts';
import { createScans } from './scans.mongo.ts';
import type { StateStore } from './store.ts';

const OUTBOX = ['outbox', 'outbox_since'];
const WITHOUT_OUTBOX = { outbox: 0, outbox_since: 0 };
const PLACES = { bookId: 'book_id', conversationId: 'conversation_id' } as const;

async function putBook({ books }: StateCollections, book: BookRecord): Promise<boolean> {
  const document = toBookDocument(book);
  const { _id, version, created_at: _, ...changed } = document;
  if (version === 1) return (await insertOrFind(books, document)) === null;
  const before = { _id, version: version - 1 };
  const { matchedCount } = await books.updateOne(before, { $set: { version, ...changed } });
  return matchedCount === 1;
}

async function bookRecords({ books }: StateCollections, userId: string, ids: readonly string[]) {
  const where = { _id: { $in: ids.map((id) => ({ user_id: userId, id })) } };
  return (await books.find(where).sort({ created_at: -1, '_id.id': -1 }).toArray()).map(bookFrom);
}

/** State in MongoDB (7 or later, a replica set). `database` must write with `{ w: 'majority', j: true }`. */
export function createMongoStateStore(database: Db): StateStore {
  const collections = collectionsOf(database);
  const { userBlobs, entries } = collections;
  const counter = createCounter(collections);
  return {
    prepare: () => createIndexes(collections),
    async ping() {
      await database.command({ ping: 1 });
    },
    async insertUserBlob(blob) {
      const existing = await insertOrFind(userBlobs, toUserBlobDocument(blob));
      return { stored: existing ? userBlobFrom(existing) : blob, inserted: existing === null };
    },
    async userBlobs(userId, ids) {
      return (await userBlobs.find({ _id: { $in: [...ids] }, user_id: userId }).toArray()).map(userBlobFrom);
    },
    async insertEntry(entry, events) {
      const existing = await insertOrFind<EntryDocument | TombstoneDocument>(
        database.collection(BLOB_INDEX),
        toEntryDocument(entry, kept(events)),
      );
      if (existing === null) {
        await counter.counted(entry.userId, entry.id, entry);
        return { stored: entry, inserted: true };
      }
      return { stored: 'user_id' in existing ? entryFrom(existing) : null, inserted: false };
    },
    async updateEntry(id, expectedVersion, change, events) {
      const { version, state, updatedAt } = change;
      const content = contentUpdate(change.content);
      const before = await entries.findOneAndUpdate(
        { _id: id, version: expectedVersion },
        {
          $set: { version, runs: toRunDocuments(change.runs), state, updated_at: updatedAt, ...content.set },
          ...content.unset,
          $push: { outbox: { $each: kept(events) } },
          // Sets it where it is absent: an earlier time that is there stays.
          $min: { outbox_since: updatedAt },
        },
        { projection: COUNTED },
      );
      if (!before) return false;
      const { facets } = countedFrom(before);
      if (before.state !== state && facets) await counter.counted(before.user_id, id, facets);
      return true;
    },
    async entries(userId, ids) {
      const where = { _id: { $in: [...ids] }, user_id: userId };
      const found = entries.find<ReadEntryDocument>(where, { projection: WITHOUT_OUTBOX });
      return (await found.toArray()).map(entryFrom);
    },
    count: (userId, filter) => entries.countDocuments(whereOf(userId, filter)),
    async lastChange(userId) {
      const options = { sort: { updated_at: -1 }, projection: { updated_at: 1 } } as const;
      return (await entries.findOne({ user_id: userId }, options))?.updated_at ?? null;
    },
    async derived(userId, parentIds, request) {
      const newest = [...newestOf(userId, request), { $unset: OUTBOX }];
      return byParent(
        await ofEach<ReadEntryDocument>(collections, parentIds, 'source_ids', newest),
        entryFrom,
      );
    },
    async derivedIds(userId, parentIds, limit) {
      const newest = [...newestOf(userId, { limit }), { $project: { _id: 1 } }];
      const pairs = await ofEach<{ _id: string }>(collections, parentIds, 'source_ids', newest);
      return byParent(pairs, (child) => child._id);
    },
    async inPlaces(userId, placeIds, { place, ...request }) {
      const newest = [...newestOf(userId, request), { $unset: OUTBOX }];
      return byParent(
        await ofEach<ReadEntryDocument>(collections, placeIds, PLACES[place], newest),
        entryFrom,
      );
    },
    putBook: (book) => counter.described(book.userId, book.id, () => putBook(collections, book)),
    bookRecords: (userId, ids) => bookRecords(collections, userId, ids),
    outboxes: (blobIds) => outboxes(collections, blobIds),
    clearUserBlobOutboxes: (published) => clearOutboxes(userBlobs, published),
    clearEntryOutboxes: (published) => clearOutboxes(entries, published),
    pendingOutboxes: (waitingSince, limit) => pendingOutboxes(collections, waitingSince, limit),
    outboxLength: () => outboxLength(collections),
    oldestOutbox: () => oldestOutbox(collections),
    ...createLists(collections),
    ...createLineage(collections),
    ...createUpkeep(collections),
    ...createSummaries(collections, counter),
    ...createDeletions(collections, counter),
    ...createErasures(collections),
    ...createReemissionStore(collections),
    ...createScans(collections),
    ...createBackfills(collections.backfills),
    handOuts: createBackfills(collections.handOuts),
    retirements: createBackfills(collections.retirements),
  };
}
