import { randomBytes } from 'node:crypto';
import { type CommandStartedEvent, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { services } from '../../../../../platform/testing/services.ts';
import { at, entry, newId } from '../../../testing/records.fixture.ts';
import { runFrom } from '../../records.ts';
import { BLOB_INDEX, collectionsOf } from '../documents/collections.mongo.ts';
import { toEntryDocument } from '../documents/entry-documents.mongo.ts';
import { createMongoStateStore } from '../store.mongo.ts';
import { createWorkloadStore } from './workloads.mongo.ts';

const client = new MongoClient(services().mongoUrl, { monitorCommands: true, ignoreUndefined: true });
const database = client.db(`test_${randomBytes(6).toString('hex')}_state`);
const store = createMongoStateStore(database);
const collections = collectionsOf(database);
const commands: Document[] = [];

const MOST = 20;
const WAITING = MOST + 5;

beforeAll(async () => {
  await store.prepare();
  const waiting = Array.from({ length: WAITING }, (_, n) => {
    const run = { processorId: 'p', state: 'PENDING', attempt: 0, progress: null, error: null } as const;
    // The oldest stands last.
    const runs = [runFrom({ ...run, updatedAt: at(WAITING - n).toISOString() })];
    return toEntryDocument(entry('alice', n, { id: newId(), runs, state: 'PENDING' }), []);
  });
  await collections.entries.insertMany(waiting);
  client.on('commandStarted', ({ command }: CommandStartedEvent) => void commands.push(command));
});
afterAll(async () => {
  await database.dropDatabase();
  await client.close();
});

it('counts so many runs and no more, and finds the oldest, by two statements a processor', async () => {
  const found = await createWorkloadStore(collections, MOST).workloads(['p', 'q']);
  expect(Object.fromEntries(found ?? [])).toEqual({
    p: { waiting: MOST, isExact: false, oldestAt: at(1), inWork: 0 },
  });
  expect(commands.map(({ aggregate, hint }) => [aggregate, hint])).toEqual(
    Array(4).fill([BLOB_INDEX, 'workload']),
  );
  expect((await store.workloads(['p']))?.get('p')).toMatchObject({ waiting: WAITING, isExact: true });
});

it('counts nothing until the upkeep has built the index', async () => {
  await collections.entries.dropIndex('workload');
  expect(await store.workloads(['p'])).toBeNull();
  await store.upkeep({ signal: new AbortController().signal, logger: { info: () => undefined } });
  expect((await store.workloads(['p']))?.get('p')?.waiting).toBe(WAITING);
});
