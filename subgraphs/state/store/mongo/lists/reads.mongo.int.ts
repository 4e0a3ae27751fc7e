import { randomBytes } from 'node:crypto';
import { type CommandStartedEvent, type Document, type IndexDescription, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { services } from '../../../../../platform/testing/services.ts';
import { at, entry, newUser, userBlob } from '../../../testing/records.fixture.ts';
import type { IndexEntry } from '../../records.ts';
import { BLOB_INDEX } from '../documents/collections.mongo.ts';
import { createMongoStateStore } from '../store.mongo.ts';
import { type Query, serves } from './served.fixture.ts';

/**
 * Every read that a user's request leads to, as the server gets it, is by ids, or an equality prefix and a sort that a
 * declared index serves. The stand-in for the server sorts in memory: its plans say nothing.
 */

interface Read extends Query {
  readonly collection: string;
}

const client = new MongoClient(services().mongoUrl, { monitorCommands: true, ignoreUndefined: true });
const database = client.db(`test_${randomBytes(6).toString('hex')}_state`);
const store = createMongoStateStore(database);
const user = newUser();
const blob = userBlob(user, { conversationId: 'c' });
const indexes = new Map<string, readonly IndexDescription[]>();
const commands: Document[] = [];

/** Entries of a user, each of a book, a conversation and a source, one of them a chapter's draft. */
const entries: readonly IndexEntry[] = [1, 2, 3, 4].map((number) =>
  entry(user, number, {
    sourceIds: [blob.id],
    bookId: 'b',
    conversationId: 'c',
    ...(number === 1 ? { chapterNum: 1 } : {}),
  }),
);
const [first] = entries as [IndexEntry];

/** Chapters whose drafts were deleted are passed over: no more than a book ever had. */
const PASSED_OVER = new Set(['listed_id']);

function readsOf(command: Document): Read[] {
  if (command['find'] !== undefined)
    return [{ collection: command['find'], where: command['filter'] ?? {}, sort: command['sort'] }];
  if (command['aggregate'] === undefined) return [];
  const stages = command['pipeline'] as Document[];
  const [head = {}] = stages;
  const joins = stages.flatMap(({ $lookup: join }) => {
    if (!join) return [];
    const {
      from,
      foreignField,
      pipeline = [],
    } = join as { from: string; foreignField: string; pipeline?: Document[] };
    return [{ collection: from, ...queryOf(pipeline, { [foreignField]: 'x' }) }];
  });
  return [...('$match' in head ? [{ collection: command['aggregate'], ...queryOf(stages) }] : []), ...joins];
}

function queryOf(stages: readonly Document[], where: Document = {}): Query {
  const [head = {}, next = {}] = stages;
  return { where: { ...where, ...head['$match'] }, sort: next['$sort'] ?? {} };
}

const byIds = ({ where }: Query) =>
  '_id' in where && Object.keys(where).every((field) => !field.startsWith('$'));

function isServed({ collection, where, sort }: Read): boolean {
  const kept = Object.fromEntries(Object.entries(where).filter(([field]) => !PASSED_OVER.has(field)));
  const query = { where: kept, ...(sort ? { sort } : {}) };
  return byIds(query) || (indexes.get(collection) ?? []).some((index) => serves(index, query));
}

beforeAll(async () => {
  await store.prepare();
  await store.insertUserBlob(blob);
  for (const each of entries) await store.insertEntry(each, []);
  await store.countEntries(entries.map(({ id }) => id));
  while (!(await store.advanceSummary(user)));
  for (const { name } of await database.listCollections().toArray()) {
    const declared = await database.collection(name).indexes();
    indexes.set(
      name,
      declared.map(({ key, partialFilterExpression }) => ({
        key,
        ...(partialFilterExpression ? { partialFilterExpression } : {}),
      })),
    );
  }
  client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    if (commandName === 'find' || commandName === 'aggregate') commands.push(command);
  });
});
afterAll(async () => {
  await database.dropDatabase();
  await client.close();
});

const place = { createdAt: at(2), id: first.id };
const two = ['text-expansion', 'book-compiler'];

const READS: Readonly<Record<string, () => Promise<unknown>>> = {
  entries: () => store.entries(user, [first.id]),
  userBlobs: () => store.userBlobs(user, [blob.id]),
  lastChange: () => store.lastChange(user),
  derived: () => store.derived(user, [blob.id, first.id], { limit: 3 }),
  'derived after a place': () => store.derived(user, [blob.id], { limit: 3, after: place }),
  'derived by processors': () => store.derived(user, [blob.id], { limit: 3, processorIds: two }),
  derivedIds: () => store.derivedIds(user, [blob.id], 3),
  'inPlaces by book': () => store.inPlaces(user, ['b'], { place: 'bookId', limit: 3 }),
  'inPlaces by conversation and processors': () =>
    store.inPlaces(user, ['c'], { place: 'conversationId', limit: 3, processorIds: two }),
  bookRecords: () => store.bookRecords(user, ['b']),
  lineage: () => store.lineage(user, first.id, 3, 10),
  facetCount: () => store.facetCount(user, { kind: 'type', key: first.type }),
  countByProcessor: () => store.countByProcessor(user),
  derivedCounts: () => store.derivedCounts(user, [blob.id]),
  inPlacesCounts: () => store.inPlacesCounts(user, ['b'], { place: 'bookId' }),
  'listedPlaces of books': () => store.listedPlaces(user, 'bookId'),
  'listedPlaces of named conversations': () => store.listedPlaces(user, 'conversationId', ['c']),
  newestDrafts: () => store.newestDrafts(user, ['b']),
  conversations: () => store.conversations(user),
  page: () => store.page(user, {}, { limit: 3, direction: 'DESC' }),
  'page by two conditions': () =>
    store.page(user, { bookId: 'b', state: 'PENDING' }, { limit: 3, direction: 'ASC', after: place }),
  'page by a word': () =>
    store.page(user, { words: ['dark'] }, { limit: 3, direction: 'DESC', after: place }),
  'page by words and conditions': () =>
    store.page(user, { words: ['dark', 'night'], type: first.type }, { limit: 3, direction: 'DESC' }),
  'page of what is unfiled': () => store.page(user, { unfiled: true }, { limit: 3, direction: 'DESC' }),
  'page of what is unfiled, by a condition': () =>
    store.page(user, { unfiled: true, type: first.type }, { limit: 3, direction: 'ASC', after: place }),
  'countUpTo by a word': () => store.countUpTo(user, { words: ['dark'] }, 10),
  'countUpTo by words': () => store.countUpTo(user, { words: ['dark', 'night'] }, 10),
  wordless: () => store.wordless(user, 10),
  'countUpTo by two conditions': () => store.countUpTo(user, { bookId: 'b', type: first.type }, 10),
};

it.each(Object.entries(READS))('%s reads by ids or by a declared index', async (_name, read) => {
  commands.length = 0;
  await read();
  const reads = commands.flatMap(readsOf);
  expect(reads).not.toEqual([]);
  expect(reads.filter((each) => !isServed(each))).toEqual([]);
});

it('tells a read that no index serves', () => {
  const where = { user_id: user, title: 'x' };
  expect(isServed({ collection: BLOB_INDEX, where, sort: { created_at: -1, _id: -1 } })).toBe(false);
  expect(isServed({ collection: BLOB_INDEX, where: { user_id: user }, sort: { size_bytes: 1 } })).toBe(false);
});
