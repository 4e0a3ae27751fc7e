import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { StateStore } from '../store/store.ts';
import { newWalk } from '../store/walks.ts';
import { at, entry, newUser } from '../testing/records.fixture.ts';
import { processorDocument } from '../testing/registry.fixture.ts';
import { createCheckSweeper } from './check-sweeper.ts';
import { type CheckNotes, checkNotes, NOTHING_FOUND } from './findings.ts';

const SCHEMA = 'kept-v1';
const PATIENCE = { timeout: 30_000 };

let store: StateStore;
let time: number;
let live: number;
/** Reads of owners, and whether they are away. */
let asked: string[];
let away: boolean;
const clock = { now: () => new Date(time) };

beforeEach(async () => {
  const server = await openTemporaryPglite();
  store = createPostgresStateStore(await server.database('state'));
  await store.prepare();
  onTestFinished(() => server.close());
  [time, live, asked, away] = [at(1_000).getTime(), 0, [], false];
});

/** Blobs of a processor, some of which do not fit. */
async function blobs(count: number): Promise<void> {
  const users = [newUser(), newUser(), newUser()];
  for (let n = 0; n < count; n++) {
    const over = { processorId: 'keeper', schemaId: SCHEMA, contentHash: 'h' };
    await store.insertEntry({ ...entry(users[n % 3] ?? '', n), ...over }, []);
  }
}

function sweep(dies = Number.POSITIVE_INFINITY) {
  const keeper = processorDocument('keeper');
  const sweeper = createCheckSweeper({
    store,
    clock,
    processors: { get: async () => keeper, known: () => [keeper] },
    owners: {
      async blobs(_processorId, userId, ids) {
        if (away || asked.length >= dies) throw new Error('It does not answer');
        asked.push(...ids);
        return ids.map((id) => ({ id, user_id: userId, data: { words: 'secret' } }));
      },
    },
    schemas: { upcast: async ({ data }) => data },
    eventLog: { waiting: async () => live },
    logger: createLogger('silent'),
    everyMs: 5,
    pageSize: 7,
  });
  sweeper.start();
  sweeper.nudge(SCHEMA);
  onTestFinished(() => sweeper.stop());
}

function begin() {
  const definition = { properties: { words: { type: 'number' } } };
  const target = { schemaId: SCHEMA, schemaVersion: null, definition, upcast: false };
  const notes: CheckNotes = { target, findings: NOTHING_FOUND };
  const walk = newWalk({ processorId: SCHEMA, requestedBy: 'olga', startedAt: clock.now(), notes });
  return store.storedChecks.beginWalk(walk, clock.now(), { anew: true });
}

const walked = () => store.storedChecks.walk(SCHEMA);
const findings = async () => checkNotes.parse((await walked())?.notes).findings;

it('counts each document once, whichever process dies', async () => {
  await blobs(30);
  await begin();
  sweep(11);
  await expect.poll(async () => (await walked())?.obstacle, PATIENCE).toBe('It failed and is retried.');
  expect((await walked())?.finishedAt).toBeNull();
  // Another process, on the same store.
  time += 120_000;
  for (let process = 0; process < 2; process++) sweep();
  await expect.poll(async () => (await walked())?.finishedAt ?? null, PATIENCE).not.toBeNull();
  expect(await findings()).toMatchObject({
    ...{ checked: 30, failed: 30, unreadable: 0 },
    rules: [{ pointer: '/properties/words/type', keyword: 'type', count: 30 }],
  });
  expect((await findings()).rules[0]?.blobIds).toHaveLength(10);
  expect(JSON.stringify(await walked())).not.toContain('secret');
});

it('lets live work go first', async () => {
  await blobs(3);
  live = 2;
  await begin();
  sweep();
  await expect.poll(async () => (await walked())?.obstacle, PATIENCE).toMatch(/live work.* 2 events/);
  expect(asked).toEqual([]);
  live = 0;
  await expect.poll(async () => (await walked())?.finishedAt ?? null, PATIENCE).not.toBeNull();
  expect(asked).toHaveLength(3);
});
