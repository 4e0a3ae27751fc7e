import { expect, it, vi } from 'vitest';
import { loadConfig } from '../../platform/config.ts';
import { openNatsEventLog } from '../../platform/event-log/log.nats.ts';
import { allSubjects } from '../../platform/events/events.ts';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { untilState } from '../harness/operations.ts';
import { openLedger } from './harness/ledger.ts';
import { killAt } from './harness/moments.ts';
import { expectWhole } from './harness/oracle.ts';
import { ledger, runFaultSystem, system } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

runFaultSystem();

const ID = 'text-expansion';
const operator = async (): Promise<GraphClient> =>
  createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));

async function change(name: 'pauseProcessor' | 'resumeProcessor' | 'retireProcessor'): Promise<void> {
  const text = `mutation ($id: ID!) { done: ${name}(id: $id) { processor { status } userErrors { code } } }`;
  const { done } = await (await operator()).query<{ done: { userErrors: object[] } }>(text, { id: ID });
  expect(done.userErrors).toEqual([]);
}

const RUNS = /* GraphQL */ `
  query ($id: ID!) { blob(id: $id) { processing { runs { state error { code } obstacle { code } } } } }
`;
interface Runs {
  blob: { processing: { runs: { state: string; error: object | null; obstacle: object | null }[] } };
}
const runOf = async (id: string) => (await ledger.client.query<Runs>(RUNS, { id })).blob.processing.runs[0];

/** Resolves once a new draft is left to wait; those before the pause was heard of are done. */
async function untilPaused(): Promise<void> {
  const patience = { timeout: 30_000, interval: 100 };
  await vi.waitUntil(async () => {
    const id = await ledger.store();
    const run = await vi.waitUntil(async () => {
      const one = await runOf(id);
      return (one?.obstacle || one?.state === 'COMPLETED') && one;
    }, patience);
    return run.state === 'PENDING';
  }, patience);
}

it('a processor that is paused under load, with kill -9 of it and of state, has missed nothing once it is resumed', async () => {
  const ledgers = [ledger, await openLedger(system)];
  const work = workOn(ledgers);
  await work.goesOn();
  await change('pauseProcessor');
  await work.goesOn();
  await system.process(ID).kill();
  await system.process('state').kill();
  await system.restart('state');
  await system.restart(ID);
  await work.goesOn();
  await change('resumeProcessor');
  await work.goesOn();
  await work.stop();
  for (const each of ledgers) await expectWhole(system, each);
  await ledgers[1]?.close();
});

it('what the log lost to a paused processor is handed out from the index, with kill -9 of state half-way', async () => {
  await change('pauseProcessor');
  await untilPaused();
  for (let count = 0; count < 12; count += 1) await ledger.store();
  const { nats, namespace } = loadConfig(system.environment);
  if (!nats) throw new Error('The system has no NATS');
  const log = await openNatsEventLog({
    servers: [system.nats.server.url],
    streamName: namespace.toUpperCase(),
    subjectPrefix: namespace,
    subjects: allSubjects,
    replicas: nats.replicas,
    dedupWindowMs: nats.dedupWindowMs,
    retention: { maxBytes: nats.maxBytes, maxAgeMs: nats.maxAgeMs },
  });
  expect(await log.cutDurable(ID)).toBe(true);
  await log.close();
  // As when the log makes room.
  await system.stores.withStream((manager, name) => manager.streams.purge(name));
  const killed = killAt(system, 'state', {
    with: 'mongodb',
    moment: { sends: ['update', 'hand_outs'], keep: 'answer' },
  });
  await change('resumeProcessor');
  await killed;
  await expectWhole(system, ledger, { restored: true });
});

const ERASE = 'mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }';
const REPORT = /* GraphQL */ `
  query ($id: ID!) { userErasure(id: $id) { state obstacle stores { processorId deleted left erasedAt retiredAt } } }
`;
interface Report {
  userErasure: {
    state: string;
    obstacle: string | null;
    stores: { processorId: string; retiredAt: string | null }[];
  };
}

// The last: it cannot be undone.
it('a user is erased without a processor that is gone for good, with kill -9 of state half-way, and the report says so', async () => {
  await ledger.store();
  await expectWhole(system, ledger);
  const other = await openLedger(system);
  await system.process(ID).kill();
  const open = await other.store();
  const admin = await operator();
  const id = ledger.userId;
  await admin.query(ERASE, { id });
  const read = async () => (await admin.query<Report>(REPORT, { id })).userErasure;
  const patience = { timeout: 150_000, interval: 200 };
  await vi.waitFor(async () => expect((await read()).obstacle).toBe(`No answer from ${ID}.`), patience);

  const killed = killAt(system, 'state', {
    with: 'mongodb',
    moment: { sends: ['update', 'retirements'], keep: 'answer' },
  });
  await change('retireProcessor');
  await killed;
  await vi.waitFor(
    async () => expect(await read()).toMatchObject({ state: 'COMPLETED', obstacle: null }),
    patience,
  );
  const gone = { processorId: ID, left: 0, erasedAt: null, retiredAt: expect.any(String) };
  expect((await read()).stores).toContainEqual(expect.objectContaining(gone));
  await untilState(other.client, open, 'FAILED');
  const { blob } = await other.client.query<Runs>(RUNS, { id: open });
  expect(blob.processing.runs).toEqual([
    { state: 'FAILED', error: { code: 'PROCESSOR_RETIRED' }, obstacle: null },
  ]);

  await system.restart(ID);
  await vi.waitFor(() => expect(system.process(ID).output()).toMatch(/was retired/), patience);
  await other.close();
});
