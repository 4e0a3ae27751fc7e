import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { ErasureClient } from '../../../platform/clients/processor.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { entryOfUserBlob } from '../entries/entry.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { StateStore } from '../store/store.ts';
import { entry, newUser, userBlob } from '../testing/records.fixture.ts';
import { deleteBlob } from './deletion.ts';
import { finishDeletion } from './deletion-sweeper.ts';
import { readErasure } from './erasure.ts';
import { eraseUser } from './erasure-sweeper.ts';
import { depsOf, keepers, type ManualClock, manualClock, mortal, RETIRED_AT } from './recovery.fixture.ts';

const GONE = 'text-expansion';
const never = new AbortController().signal;
let store: StateStore;

beforeEach(async () => {
  const server = await openTemporaryPglite();
  onTestFinished(() => server.close());
  store = createPostgresStateStore(await server.database('state'));
  await store.prepare();
});

/** The processors' stores, of which one never answers. */
function withoutOne() {
  const { client, ...rest } = keepers();
  const isGone = (target: Parameters<ErasureClient['erase']>[0]) =>
    typeof target === 'object' && target.baseUrl.endsWith(GONE);
  const refuse = <T>(target: Parameters<ErasureClient['erase']>[0], work: () => Promise<T>) => {
    if (isGone(target)) throw new Error('away for ever');
    return work();
  };
  const erasure: ErasureClient = {
    erase: async (target, ...given) => refuse(target, () => client.erase(target, ...given)),
    markStale: async (target, ...given) => refuse(target, () => client.markStale(target, ...given)),
    eraseUser: async (target, ...given) => refuse(target, () => client.eraseUser(target, ...given)),
  };
  return { ...rest, erasure };
}

/** A draft, its expansion in the store that is gone, and a book of both. */
async function novel() {
  const userId = newUser();
  const blob = userBlob(userId, { expectedProcessorIds: [], outbox: [] });
  await store.insertUserBlob(blob);
  const draft = entryOfUserBlob(blob);
  const expansion = entry(userId, 5, { processorId: GONE, sourceIds: [draft.id] });
  const book = entry(userId, 6, { processorId: 'book-compiler', sourceIds: [draft.id, expansion.id] });
  for (const one of [draft, expansion, book]) await store.insertEntry(one, []);
  return { userId, draft, expansion, book };
}

const begin = (userId: string, clock: ManualClock) =>
  store.beginErasure(
    {
      ...{ userId, requestedBy: 'olga', startedAt: clock.now(), finishedAt: null },
      ...{ stores: [], goneStores: [], obstacle: null },
    },
    clock.now(),
  );

it('a deletion that waited for a processor is finished once that is retired', async () => {
  const { userId, draft, expansion, book } = await novel();
  const clock = manualClock();
  const { erasure } = withoutOne();
  await deleteBlob(depsOf(store, clock, erasure), userId, draft.id, true);
  await expect(finishDeletion(depsOf(store, clock, erasure), expansion.id)).rejects.toThrow('away for ever');
  for (let turn = 0; turn < 3; turn += 1) {
    clock.pass(120_000);
    for (const id of await store.dueDeletions(clock.now(), 100))
      await finishDeletion(depsOf(store, clock, erasure, [GONE]), id);
  }
  for (const { id } of [draft, expansion, book])
    expect(await store.tombstone(id)).toMatchObject({ dueAt: null });
});

it('an erasure that waited for a processor is finished without it once that is retired, and says so', async () => {
  for (let dieAt = 0, died = true; died; dieAt += 1) {
    const { userId } = await novel();
    const clock = manualClock();
    const { erasure } = withoutOne();
    await begin(userId, clock);
    clock.pass(20_000);
    await eraseUser(depsOf(store, clock, erasure), userId, never);
    const obstacle = `No answer from ${GONE}.`;
    expect(await store.erasure(userId)).toMatchObject({ finishedAt: null, obstacle, goneStores: [] });

    const life = mortal(dieAt);
    await eraseUser(depsOf(life.wrap(store), clock, erasure, [GONE]), userId, never).catch(() => undefined);
    died = life.died();
    clock.pass(120_000);
    await eraseUser(depsOf(store, clock, erasure, [GONE]), userId, never);
    expect(await readErasure(store, userId)).toMatchObject({
      ...{ finishedAt: expect.any(Date), obstacle: null },
      stores: [
        { processorId: 'book-compiler', deleted: 1, left: 0, erasedAt: expect.any(Date), retiredAt: null },
        { processorId: 'state', deleted: 1, left: 0, erasedAt: expect.any(Date), retiredAt: null },
        { processorId: GONE, deleted: 1, left: 0, erasedAt: null, retiredAt: new Date(RETIRED_AT) },
      ],
    });
  }
});

it('an erasure waits for a paused processor like for any other', async () => {
  const { userId } = await novel();
  const clock = manualClock();
  const { erasure } = withoutOne();
  await begin(userId, clock);
  clock.pass(20_000);
  const deps = depsOf(store, clock, erasure);
  const all = async () => (await deps.processors.all()).map((one) => ({ ...one, status: 'paused' as const }));
  await eraseUser({ ...deps, processors: { ...deps.processors, all } }, userId, never);
  expect(await store.erasure(userId)).toMatchObject({
    finishedAt: null,
    obstacle: `No answer from ${GONE}.`,
  });
});
