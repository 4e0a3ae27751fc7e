import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { EventLog } from '../../../platform/event-log/log.ts';
import { fromMessage } from '../../../platform/events/events.ts';
import { openPglite } from '../../../platform/sql/database.pglite.ts';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { systemClock } from '../../../platform/time/clock.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { Run } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { entry, newUser } from '../testing/records.fixture.ts';
import { createReemitter } from './reemission.ts';

let server: SqlServer;
let store: StateStore;

beforeAll(async () => {
  server = await openPglite();
  store = createPostgresStateStore(await server.database('state'));
  await store.prepare();
});
afterAll(() => server.close());

const run = (processorId: string, state: Run['state'], attempt: number): Run => ({
  processorId,
  state,
  attempt,
  generation: 0,
  stage: null,
  artifact: null,
  progress: null,
  error: null,
  updatedAt: '2026-01-01T00:00:00.000Z',
});

/** A log that is made anew at will, and that fails for the blobs named to it. */
function setUp() {
  const asked: string[] = [];
  const failing = new Set<string>();
  const log = { epoch: 'one' };
  const publishTo: EventLog['publishTo'] = async (durable, message) => {
    const { kind, body } = fromMessage(message);
    if (failing.has(body.blob_id)) throw new Error('The log is away');
    asked.push(`${durable} ${kind} ${body.blob_id} ${body.run?.attempt} ${message.id}`);
    return { position: { epoch: log.epoch, sequence: asked.length }, duplicate: false };
  };
  const begin = () => {
    const reemitter = createReemitter({
      store,
      eventLog: { publishTo, head: async () => ({ epoch: log.epoch, sequence: 0 }) },
      clock: systemClock,
      logger: createLogger('silent'),
      batchSize: 2,
      everyMs: 5,
    });
    reemitter.start();
    onTestFinished(() => reemitter.stop());
    return reemitter;
  };
  return { asked, failing, log, begin };
}

test('open runs of all users are asked for again, once in each life of the log, over faults and restarts', async () => {
  const users = [newUser(), newUser()] as const;
  const pending = entry(users[0], 1, { runs: [run('p', 'PENDING', 0)] });
  const both = entry(users[1], 2, { runs: [run('p', 'PROCESSING', 3), run('q', 'PENDING', 1)] });
  const mixed = entry(users[1], 3, { runs: [run('p', 'FAILED', 5), run('q', 'PROCESSING', 1)] });
  const over = [
    entry(users[0], 4, { runs: [run('p', 'COMPLETED', 1)] }),
    entry(users[1], 5, { runs: [run('p', 'FAILED', 5)] }),
    entry(users[0], 6),
  ];
  for (const one of [pending, both, mixed, ...over]) await store.insertEntry(one, []);
  const expected = (epoch: string) =>
    [
      `p retried ${pending.id} 1 ${pending.id}:p:${epoch}`,
      `p retried ${both.id} 4 ${both.id}:p:${epoch}`,
      `q retried ${both.id} 2 ${both.id}:q:${epoch}`,
      `q retried ${mixed.id} 2 ${mixed.id}:q:${epoch}`,
    ].sort();

  const { asked, failing, log, begin } = setUp();
  failing.add(mixed.id);
  const first = begin();
  await expect.poll(async () => (await store.reemission())?.after).toMatchObject({ id: expect.any(String) });
  await first.stop();
  expect((await store.reemission())?.done).toBe(false);
  failing.clear();
  begin();
  await expect.poll(async () => (await store.reemission())?.done).toBe(true);
  expect([...new Set(asked)].sort()).toEqual(expected('one'));

  asked.length = 0;
  await begin().stop();
  expect(asked).toEqual([]);

  log.epoch = 'two';
  await expect.poll(() => store.reemission()).toMatchObject({ epoch: 'two', done: true });
  expect([...new Set(asked)].sort()).toEqual(expected('two'));
});
