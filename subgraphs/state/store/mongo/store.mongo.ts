import type { Db, Document } from 'mongodb';
import { insertOrFind } from '../../../../platform/mongo/insert-or-find.ts';
import type { BookOutboxEvent } from '../books.ts';
import { kept } from '../outbox.ts';
import type { BookRecord, Detail } from '../records.ts';
import type { StateStore } from '../store.ts';
import { createDeletions } from './deletions.mongo.ts';
import { bookFrom, toBookDocument } from './documents/book-documents.mongo.ts';
import { collectionsOf, type StateCollections } from './documents/collections.mongo.ts';
import {
  contentUpdate,
  type ReadEntryDocument,
  toRunDocuments,
  type UserBlobDocument,
  userBlobFrom,
} from './documents/entry-documents.mongo.ts';
import { readingOf } from './documents/readings.mongo.ts';
import { COUNTED, countedFrom } from './documents/summary-documents.mongo.ts';
import { createErasures } from './erasures.mongo.ts';
import { createInserts } from './inserts.mongo.ts';
import { createLineage } from './lineage.mongo.ts';
import { byParent, newestOf, ofEach } from './lists/groups.mongo.ts';
import { createLists } from './lists/pages.mongo.ts';
import { whereOf } from './lists/queries.mongo.ts';
import { createSearch } from './lists/search.mongo.ts';
import { createTurnStore } from './lists/turns.mongo.ts';
import { createUpkeep } from './lists/upkeep.mongo.ts';
import { createWorkloadStore } from './lists/workloads.mongo.ts';
import {
  clearOutboxes,
  createBookOutboxes,
  oldestOutbox,
  outboxes,
  outboxLength,
  pendingOutboxes,
} from './outbox.mongo.ts';
import { createReemissionStore } from './reemission.mongo.ts';
import { createScans } from './scans.mongo.ts';
import { createIndexes } from './schema.mongo.ts';
import { type Counter, createCounter } from './summary/counter.mongo.ts';
import { createSummaries } from './summary/summary.mongo.ts';
import { createWalks } from './walks.mongo.ts';

type BodyDocument = Pick<UserBlobDocument, '_id' | 'data'>;

const PLACES = { bookId: 'book_id', conversationId: 'conversation_id' } as const;

async function putBook(
  { books }: StateCollections,
  book: BookRecord,
  events: readonly BookOutboxEvent[],
): Promise<boolean> {
  const document = toBookDocument(book);
  const since = events[0] && new Date(events[0].time);
  const { _id, version, created_at: _, ...changed } = document;
  if (version === 1)
    return (
      (await insertOrFind(books, {
        ...document,
        outbox: [...events],
        ...(since && { outbox_since: since }),
      })) === null
    );
  const { matchedCount } = await books.updateOne(
    { _id, version: version - 1 },
    // Keeps an earlier time.
    {
      $set: { version, ...changed },
      $push: { outbox: { $each: [...events] } },
      ...(since && { $min: { outbox_since: since } }),
    },
  );
  return matchedCount === 1;
}

async function bookRecords({ books }: StateCollections, userId: string, ids: readonly string[]) {
  const where = { _id: { $in: ids.map((id) => ({ user_id: userId, id })) } };
  return (await books.find(where).sort({ created_at: -1, '_id.id': -1 }).toArray()).map(bookFrom);
}

const updateEntry =
  ({ entries }: StateCollections, counter: Counter): StateStore['updateEntry'] =>
  async (id, expectedVersion, change, events) => {
    const { version, state, updatedAt } = change;
    const content = contentUpdate(change.content);
    const before = await entries.findOneAndUpdate(
      { _id: id, version: expectedVersion },
      {
        $set: { version, runs: toRunDocuments(change.runs), state, updated_at: updatedAt, ...content.set },
        ...(Object.keys(content.unset).length > 0 ? { $unset: content.unset } : {}),
        $push: { outbox: { $each: kept(events) } },
        // Keeps an earlier time.
        $min: { outbox_since: updatedAt },
      },
      { projection: COUNTED },
    );
    if (!before) return false;
    const { facets } = countedFrom(before);
    if (before.state !== state && facets) await counter.counted(before.user_id, id, facets);
    return true;
  };

/** The newest entries of each of several parents or places. */
function createNewest(
  collections: StateCollections,
): Pick<StateStore, 'derived' | 'derivedIds' | 'inPlaces'> {
  async function newestEntries<D extends Detail>(
    field: Parameters<typeof ofEach>[2],
    ids: readonly string[],
    newest: Document[],
    detail: D | undefined,
  ) {
    const { projection, from } = readingOf(detail);
    const pipeline = [...newest, { $project: projection }];
    return byParent(await ofEach<ReadEntryDocument>(collections, ids, field, pipeline), from);
  }
  return {
    derived: (userId, parentIds, request, detail) =>
      newestEntries('source_ids', parentIds, newestOf(userId, request), detail),
    async derivedIds(userId, parentIds, limit) {
      const newest = [...newestOf(userId, { limit }), { $project: { _id: 1 } }];
      const pairs = await ofEach<{ _id: string }>(collections, parentIds, 'source_ids', newest);
      return byParent(pairs, (child) => child._id);
    },
    inPlaces: (userId, placeIds, { place, ...request }, detail) =>
      newestEntries(PLACES[place], placeIds, newestOf(userId, request), detail),
  };
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
    ...createInserts(collections, counter),
    async userBlobs(userId, ids) {
      return (await userBlobs.find({ _id: { $in: [...ids] }, user_id: userId }).toArray()).map(userBlobFrom);
    },
    async bodies(userId, ids) {
      const where = { _id: { $in: [...ids] }, user_id: userId };
      const found = await userBlobs.find(where).project<BodyDocument>({ data: 1 }).toArray();
      return found.map(({ _id, data }) => ({ id: _id, json: data }));
    },
    updateEntry: updateEntry(collections, counter),
    async entries(userId, ids, detail) {
      const { projection, from } = readingOf(detail);
      const where = { _id: { $in: [...ids] }, user_id: userId };
      const found = entries.find<ReadEntryDocument>(where, { projection });
      return (await found.toArray()).map(from);
    },
    count: (userId, filter) => entries.countDocuments(whereOf(userId, filter)),
    async lastChange(userId) {
      const options = { sort: { updated_at: -1 }, projection: { updated_at: 1 } } as const;
      return (await entries.findOne({ user_id: userId }, options))?.updated_at ?? null;
    },
    ...createNewest(collections),
    putBook: (book, events) =>
      counter.described(book.userId, book.id, () => putBook(collections, book, events)),
    bookRecords: (userId, ids) => bookRecords(collections, userId, ids),
    outboxes: (blobIds) => outboxes(collections, blobIds),
    clearUserBlobOutboxes: (published) => clearOutboxes(userBlobs, published),
    clearEntryOutboxes: (published) => clearOutboxes(entries, published),
    pendingOutboxes: (waitingSince, limit) => pendingOutboxes(collections, waitingSince, limit),
    ...createBookOutboxes(collections),
    outboxLength: () => outboxLength(collections),
    oldestOutbox: () => oldestOutbox(collections),
    ...createLists(collections),
    ...createLineage(collections),
    ...createUpkeep(collections),
    ...createSearch(collections),
    ...createSummaries(collections, counter),
    ...createDeletions(collections, counter),
    ...createErasures(collections),
    ...createReemissionStore(collections),
    ...createScans(collections),
    ...createTurnStore(collections),
    ...createWorkloadStore(collections),
    backfills: createWalks(collections.backfills),
    handOuts: createWalks(collections.handOuts),
    retirements: createWalks(collections.retirements),
    canaryEnds: createWalks(collections.canaryEnds),
    reprocessings: createWalks(collections.reprocessings),
    storedChecks: createWalks(collections.storedChecks),
  };
}
