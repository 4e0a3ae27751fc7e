import { expect, it, vi } from 'vitest';
import { loadConfig } from '../../platform/config/config.ts';
import { openNatsEventLog } from '../../platform/event-log/nats/log.nats.ts';
import { allSubjects } from '../../platform/events/named.ts';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { untilState } from '../harness/operations.ts';
import { openLedger } from './harness/ledger.ts';
import { killAt } from './harness/moments.ts';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

const faults = runFaultSystem();

const ID = 'text-expansion';
const operator = async (): Promise<GraphClient> =>
  createGraphClient(faults.system.urls.gateway, await faults.system.token('olga', ['operator']));

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
const runOf = async (id: string) =>
  (await faults.ledger.client.query<Runs>(RUNS, { id })).blob.processing.runs[0];

/** Stores drafts until one waits: earlier ones may still be done, as the pause takes time to spread. */
async function untilPaused(): Promise<void> {
  const patience = { timeout: 30_000, interval: 100 };
  await vi.waitUntil(async () => {
    const id = await faults.ledger.store();
    const run = await vi.waitUntil(async () => {
      const one = await runOf(id);
      return (one?.obstacle || one?.state === 'COMPLETED') && one;
    }, patience);
    return run.state === 'PENDING';
  }, patience);
}

it('a processor that is paused under load, with kill -9 of it and of state, has missed nothing once it is resumed', async () => {
  const ledgers = [faults.ledger, await openLedger(faults.system)];
  const work = workOn(ledgers);
  await work.goesOn();
  await change('pauseProcessor');
  await work.goesOn();
  await faults.system.process(ID).kill();
  await faults.system.process('state').kill();
  await faults.system.restart('state');
  await faults.system.restart(ID);
  await work.goesOn();
  await change('resumeProcessor');
  await work.goesOn();
  await work.stop();
  for (const each of ledgers) await expectWhole(faults.system, each);
  await ledgers[1]?.close();
});

it('what the log lost to a paused processor is handed out from the index, with kill -9 of state half-way', async () => {
  await change('pauseProcessor');
  await untilPaused();
  for (let count = 0; count < 12; count += 1) await faults.ledger.store();
  const { nats, namespace } = loadConfig(faults.system.environment);
  if (!nats) throw new Error('The system has no NATS');
  const log = await openNatsEventLog({
    servers: [faults.system.nats.server.url],
    streamName: namespace.toUpperCase(),
    subjectPrefix: namespace,
    subjects: allSubjects,
    replicas: nats.replicas,
    dedupWindowMs: nats.dedupWindowMs,
    retention: { maxBytes: nats.maxBytes, maxAgeMs: nats.maxAgeMs },
  });
  expect(await log.cutDurable(ID)).toBe(true);
  await log.close();
  // As the log's retention does.
  await faults.system.stores.withStream((manager, name) => manager.streams.purge(name));
  const killed = killAt(faults.system, 'state', {
    with: 'mongodb',
    moment: { sends: ['update', 'hand_outs'], keep: 'answer' },
  });
  await change('resumeProcessor');
  await killed;
  await expectWhole(faults.system, faults.ledger, { restored: true });
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

// Last, as it cannot be undone.
it('a user is erased without a processor that is gone for good, with kill -9 of state half-way, and the report says so', async () => {
  await faults.ledger.store();
  await expectWhole(faults.system, faults.ledger);
  const other = await openLedger(faults.system);
  await faults.system.process(ID).kill();
  const open = await other.store();
  const admin = await operator();
  const id = faults.ledger.userId;
  await admin.query(ERASE, { id });
  const read = async () => (await admin.query<Report>(REPORT, { id })).userErasure;
  const patience = { timeout: 150_000, interval: 200 };
  await vi.waitFor(async () => expect((await read()).obstacle).toBe(`No answer from ${ID}.`), patience);

  const killed = killAt(faults.system, 'state', {
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

  await faults.system.restart(ID);
  await vi.waitFor(() => expect(faults.system.process(ID).output()).toMatch(/was retired/), patience);
  await other.close();
});
