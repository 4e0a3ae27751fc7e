import { expect, it, onTestFinished } from 'vitest';
import type { ProcessorStatus } from '../../../platform/clients/registry.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { finishRun } from '../blobs/register/finish.ts';
import { entryOfUserBlob } from '../entries/entry.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import { userBlob } from '../testing/records.fixture.ts';
import { compilerDocument, expansionDocument } from '../testing/registry.fixture.ts';
import { finished } from '../testing/runs.fixture.ts';
import { GRACE_SECONDS, openReconciling } from './reconciler.fixture.ts';

const USER = 'alice';

/** A draft with an expansion, and one whose expansion nobody was heard of for long; the expansions' store is gone. */
async function setUp(status: ProcessorStatus, rebuildable = false) {
  const server = await openTemporaryPglite();
  onTestFinished(() => server.close());
  const store = createPostgresStateStore(await server.database('state'));
  const empty = {
    inventory: async () => [],
    existing: async () => [],
    countsOf: async () => [],
    reopen: async () => undefined,
  };
  const active = await openReconciling(store, [{ processor: expansionDocument(), inventory: empty }]);
  const add = async () => {
    const blob = userBlob(USER, { createdAt: active.clock.now(), outbox: [] });
    await store.insertUserBlob(blob);
    await store.insertEntry(entryOfUserBlob(blob), []);
    return blob.id;
  };
  const [done, open] = [await add(), await add()];
  await finishRun(active.state, finished({ viewer: { userId: USER, roles: [] } }, done));
  await store.clearEntryOutboxes(
    new Map([
      [done, 1_000],
      [open, 1_000],
    ]),
  );
  const system = await openReconciling(store, [
    { processor: expansionDocument({ status, active: status !== 'retired' }), inventory: empty, rebuildable },
    { processor: compilerDocument(), inventory: empty },
  ]);
  system.pass(5 * GRACE_SECONDS);
  const runOf = async (id: string) => (await store.entries(USER, [id]))[0]?.runs[0];
  return { ...system, done, open, runOf };
}

it('a retired processor’s blobs are not missed, and what was still planned on it is ended', async () => {
  const { reconcile, calls, refuse, open, done, runOf } = await setUp('retired');
  refuse((call) => call.includes('text-expansion'));
  const nothing = { told: [], findings: [], unreachable: [], capped: false };
  expect(await reconcile({ repair: true })).toMatchObject({
    ...nothing,
    told: ['RUN_STUCK text-expansion 1 1'],
    findings: expect.any(Array),
  });
  expect(await runOf(open)).toMatchObject({ state: 'FAILED', error: { code: 'PROCESSOR_RETIRED' } });
  expect(await runOf(done)).toMatchObject({ state: 'COMPLETED' });
  expect(await reconcile({ repair: true })).toEqual(nothing);
  expect(calls.filter((call) => call.includes('text-expansion'))).toEqual([]);
});

it('runs of a paused processor wait for good reason, while its store is looked at', async () => {
  const { reconcile, open, runOf } = await setUp('paused');
  expect((await reconcile({ repair: false })).told).toEqual([
    'CONTENT_MISSING text-expansion 1 0',
    expect.stringMatching(/^COUNT_DIFFERS text-expansion/),
  ]);
  expect(await runOf(open)).toMatchObject({ state: 'PENDING', attempt: 0 });
});

it('what a store drops and makes again is not missed, and its numbers say nothing', async () => {
  const { reconcile, open, runOf } = await setUp('active', true);
  expect((await reconcile({ repair: true })).told).toEqual(['RUN_STUCK text-expansion 1 1']);
  expect(await runOf(open)).toMatchObject({ state: 'PENDING', attempt: 1 });
});
