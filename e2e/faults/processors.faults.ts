import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { userToken } from '../../platform/events/events.ts';
import { ADD } from '../../platform/shelf/redis/scripts.ts';
import { deleteBlob } from '../harness/operations.ts';
import { type Asker, expectSettled, keptBy, openAsker } from './every/settled.ts';
import { loadWorkers, type Worker } from './every/work.ts';
import { killAt, reached, type When } from './harness/moments.ts';
import { type FaultSystem, startFaultSystem } from './harness/system.ts';

/** The moment at which a record is stored, by the bytes sent to the store. */
function storing({ definition, isPending }: Worker): When | undefined {
  const { store, name } = definition.records;
  if (store === 'mongodb') {
    const sends = [isPending ? 'update' : 'insert', name];
    return { with: 'mongodb', moment: { sends, keep: 'request' } };
  }
  if (store === 'redis') return { with: 'redis', moment: { sends: [ADD.slice(-80), name], keep: 'request' } };
  // Blobs in S3 have their metadata in PostgreSQL.
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

/** Services without processors. */
const base = ['gateway', 'schemas', 'processors', 'state', 'events'] as const;

describe.each((await loadWorkers()).map((worker) => [worker.id, worker] as const))('%s', (id, worker) => {
  let system: FaultSystem;
  let asker: Asker;
  beforeAll(async () => {
    const redis = worker.definition.records.store === 'redis';
    const services = [...base, ...worker.needs, id];
    system = await startFaultSystem({ intercept: ['state'], services, redis });
  });
  afterAll(() => system?.stop());
  beforeEach(async () => {
    asker = await openAsker(system);
  });

  const rows = moments.flatMap(([name, of]) => {
    const when = of(worker);
    return when ? [[name, when] as const] : [];
  });
  it.each(rows)('killed with kill -9 %s', async (_name, when) => {
    const before = await worker.ask(asker.client, 'before');
    await expectSettled(system, asker, worker, [before]);
    const killed = killAt(system, id, when);
    const asked = worker.ask(asker.client, 'killed');
    await killed;
    const after = await worker.ask(asker.client, 'after');
    await expectSettled(system, asker, worker, [before, await asked, after]);
  });

  it('away: what it is asked for meanwhile is done when it is back', async () => {
    await system.process(id).kill();
    const asked = Promise.all(['one', 'two'].map((key) => worker.ask(asker.client, key)));
    // Commands are answered by the processor, which is away.
    if (!worker.onDemand) await asked;
    await system.restart(id);
    await expectSettled(system, asker, worker, await asked);
  });

  if (!worker.runs) return;

  it('a source that is deleted meanwhile: nothing comes of it', async () => {
    const kept = await worker.ask(asker.client, 'kept');
    await expectSettled(system, asker, worker, [kept]);
    const held = reached(system, { with: 'state', request: worker.finishes, keep: 'hold-request' });
    const { runOf } = await worker.ask(asker.client, 'deleted');
    const release = await held;
    expect((await deleteBlob(asker.client, runOf)).deletedIds).toContain(runOf);
    release();
    await vi.waitFor(
      async () => {
        expect(await system.stores.busyConsumers()).toEqual([]);
        expect(await keptBy(system, asker, worker)).toEqual([kept.makes]);
      },
      { timeout: 150_000, interval: 500 },
    );
    await expectSettled(system, asker, worker, [kept]);
  });

  it('a message that is no event is set aside, and its neighbours are done', async () => {
    const kinds = Object.keys(worker.definition.takes ?? {}).map((event) => event.slice('blob.'.length));
    const { stores } = system;
    const letters = () =>
      stores.withStream(async (manager, name) => (await manager.streams.info(`${name}_DLQ`)).state.messages);
    const before = await letters();
    for (const kind of [...kinds, 'retried'])
      await stores.publish(`${stores.namespace}.blob.${kind}.${userToken(asker.userId)}`, '{"no":');
    await expectSettled(system, asker, worker, [await worker.ask(asker.client, 'neighbour')]);
    expect(await letters()).toBeGreaterThan(before);
  });
});
