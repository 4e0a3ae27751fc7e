import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTemporaryMongo } from '../../../../../platform/testing/mongo.ts';
import { at, entry, newUser } from '../../../testing/records.fixture.ts';
import { complete, expectSummary } from '../../contract/summary.contract.ts';
import { toEntryDocument } from '../documents/entry-documents.mongo.ts';
import { createMongoStateStore } from '../store.mongo.ts';

const ALL = { kind: 'all', key: '' } as const;
const server = openTemporaryMongo();
const database = server.database('state');
const store = createMongoStateStore(database);
const documents = database.collection<{ _id: string; version?: number; state?: string }>('blob_index');

beforeAll(() => store.prepare());
afterAll(() => server.close());

/** Inserts entries as the previous release does, without a mark. */
async function enter(userId: string, count: number) {
  const made = Array.from({ length: count }, (_, index) =>
    entry(userId, index, { bookId: 'b', chapterNum: (index % 5) + 1, state: 'PENDING' }),
  );
  await documents.insertMany(made.map((one) => toEntryDocument(one, [])));
  return made;
}

it('answers are right while a summary is built in steps', async () => {
  const user = newUser();
  const before = await enter(user, 250);
  expect(await store.facetCount(user, ALL)).toBe(250);
  expect(await store.checkSummary(user)).toEqual({ complete: false, wrong: 0 });
  expect(await store.incompleteSummaries(100)).toContain(user);
  const more = entry(user, 2_000);
  await store.insertEntry(more, []);
  expect(await store.facetCount(user, ALL)).toBe(251);
  await complete(store, user);
  await expectSummary(store, user, [...before, more]);
});

it('what a process of the release before changed is found, and counted when it is built anew', async () => {
  const user = newUser();
  const before = await enter(user, 20);
  await complete(store, user);
  const [first] = before;
  const late = await enter(user, 2);
  await documents.updateOne(
    { _id: first?.id ?? '' },
    { $set: { version: 2, state: 'FAILED', updated_at: at(1) } },
  );
  expect(await store.checkSummary(user)).toEqual({ complete: true, wrong: 3 });
  await store.forgetSummary(user);
  await complete(store, user);
  const now = before.map((one) => (one === first ? { ...one, state: 'FAILED' as const } : one));
  await expectSummary(store, user, [...now, ...late]);
});

it('what is missed of a process that died before it counted is counted by the relay', async () => {
  const user = newUser();
  await complete(store, user);
  const made = await enter(user, 3);
  expect(await store.facetCount(user, ALL)).toBe(0);
  await store.countEntries(made.map(({ id }) => id));
  await expectSummary(store, user, made);
});
