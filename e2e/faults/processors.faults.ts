import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { serviceNames } from '../../platform/config.ts';
import { userToken } from '../../platform/events/events.ts';
import { deleteBlob } from '../harness/operations.ts';
import { type Asker, expectSettled, keptBy, openAsker } from './every/settled.ts';
import { loadWorkers, type Worker } from './every/work.ts';
import { killAt, reached, type When } from './harness/moments.ts';
import { type FaultSystem, startFaultSystem } from './harness/system.ts';

const workers = await loadWorkers();
const running = workers.filter(({ runs }) => runs);
let system: FaultSystem;

beforeAll(async () => {
  system = await startFaultSystem({ intercept: ['state'], services: serviceNames });
});
afterAll(() => system?.stop());

/** Where a store is told of a record, as its bytes show. */
function storing({ definition, isPending }: Worker): When | undefined {
  const { store, name } = definition.records;
  if (store === 'mongodb') {
    const sends = [isPending ? 'update' : 'insert', name];
    return { with: 'mongodb', moment: { sends, keep: 'request' } };
  }
  // What is in S3 has its metadata in PostgreSQL.
  const sends = isPending ? [`UPDATE "${name}"`, 'register_attempts = 0'] : [`INSERT INTO "${name}"`];
  return { with: 'postgresql', moment: { sends, keep: 'request' } };
}

const moments: readonly (readonly [string, (worker: Worker) => When | undefined])[] = [
  ['before computing', ({ begins }) => ({ with: 'state', request: begins, keep: 'hold-request' })],
  ['after computing, before storing', storing],
  [
    'after storing, before registering',
    ({ finishes }) => ({ with: 'state', request: finishes, keep: 'hold-request' }),
  ],
  [
    'after registering, and not told so',
    ({ finishes }) => ({ with: 'state', request: finishes, keep: 'hold-response' }),
  ],
  [
    'after registering, before acknowledging',
    ({ id, runs }) =>
      runs ? { with: 'nats', moment: { sends: ['$JS.ACK.', `.${id}.`], keep: 'request' } } : undefined,
  ],
];

const rows = moments.flatMap(([name, of]) =>
  workers.flatMap((worker) => {
    const when = of(worker);
    return when ? [[worker.id, name, worker, when] as const] : [];
  }),
);

describe('kill -9', () => {
  it.each(rows)('of the %s %s', async (id, _name, worker, when) => {
    const asker = await openAsker(system);
    const before = await worker.ask(asker.client, 'before');
    await expectSettled(system, asker, worker, [before]);
    const killed = killAt(system, id, when);
    const asked = worker.ask(asker.client, 'killed');
    await killed;
    const after = await worker.ask(asker.client, 'after');
    await expectSettled(system, asker, worker, [before, await asked, after]);
  });
});

describe('a processor that is away', () => {
  it.each(workers.map((worker) => [worker.id, worker] as const))(
    '%s: what is asked for meanwhile is done when it is back',
    async (id, worker) => {
      const asker = await openAsker(system);
      await system.process(id).kill();
      const asked = Promise.all(['one', 'two'].map((key) => worker.ask(asker.client, key)));
      if (worker.runs) await asked;
      await system.restart(id);
      await expectSettled(system, asker, worker, await asked);
    },
  );
});

describe('a source that is deleted meanwhile', () => {
  it.each(running.map((worker) => [worker.id, worker] as const))(
    '%s: nothing comes of it',
    async (_id, worker) => {
      const asker = await openAsker(system);
      const kept = await worker.ask(asker.client, 'kept');
      await expectSettled(system, asker, worker, [kept]);
      const held = reached(system, { with: 'state', request: worker.finishes, keep: 'hold-request' });
      const { runOf } = await worker.ask(asker.client, 'deleted');
      const release = await held;
      expect((await deleteBlob(asker.client, runOf)).deletedIds).toContain(runOf);
      release();
      await untilGone(asker, worker, runOf);
      await expectSettled(system, asker, worker, [kept]);
    },
  );
});

async function untilGone(asker: Asker, worker: Worker, runOf: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await system.stores.busyConsumers()).toEqual([]);
      expect(await keptBy(system, asker, worker)).toHaveLength(1);
    },
    { timeout: 150_000, interval: 500 },
  );
  expect(await asker.client.query('query ($id: ID!) { blob(id: $id) { id } }', { id: runOf })).toEqual({
    blob: null,
  });
}

describe('a message that is no event', () => {
  it.each(running.map((worker) => [worker.id, worker] as const))(
    '%s: is set aside, and its neighbours are done',
    async (id, worker) => {
      const asker = await openAsker(system);
      const kinds = Object.keys(worker.definition.takes ?? {}).map((event) => event.slice('blob.'.length));
      const letters = () =>
        system.stores.withStream(
          async (manager, name) => (await manager.streams.info(`${name}_DLQ`)).state.messages,
        );
      const before = await letters();
      for (const kind of [...kinds, 'retried'])
        await system.stores.publish(
          `${system.stores.namespace}.blob.${kind}.${userToken(asker.userId)}`,
          '{"no":',
        );
      await expectSettled(system, asker, worker, [await worker.ask(asker.client, 'neighbour')]);
      // Every processor that listens has one.
      expect(await letters(), id).toBeGreaterThan(before);
    },
  );
});
