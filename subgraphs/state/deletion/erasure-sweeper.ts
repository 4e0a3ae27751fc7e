import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import type { ErasureClient } from '../../../platform/clients/processor.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { Erasure, IndexEntry } from '../documents.ts';
import { entryOfUserBlob, STATE } from '../entry.ts';
import { createSweeper, nextAttempt, type Sweeper } from '../sweeper.ts';
import { buryEntry } from './deletion.ts';

export interface ErasureSweeperDependencies
  extends Pick<StateDependencies, 'store' | 'clock' | 'nudge' | 'processors'> {
  readonly erasure: ErasureClient;
  readonly logger: Logger;
  /** Documents whose events may wait before an erasure waits for them: it must not hold back what others store. */
  readonly maxWaiting: number;
  /** Milliseconds after which nothing that was let in before an erasure is still being stored. Default 10,000. */
  readonly settleMs?: number;
}

const CONCURRENCY = 2;
const BATCH = 200;
/** Blobs that are not indexed come with their content. */
const UNINDEXED_BATCH = 10;
const AT_ONCE = 16;
/** An erasure whose process died is taken up again after this long. */
const LEASE_MS = 30_000;
const SETTLE_MS = 10_000;
const PAUSE_MS = 100;

/** One run of an erasure, which keeps other processes from it while it goes on. */
interface Run extends ErasureSweeperDependencies {
  readonly signal: AbortSignal;
  /** Called now and then. @throws when the process stops */
  goOn(erasure: Erasure): Promise<void>;
}

async function untilPublished(run: Run, erasure: Erasure): Promise<void> {
  while ((await run.store.outboxLength()) > run.maxWaiting) {
    await pause(PAUSE_MS);
    await run.goOn({ ...erasure, obstacle: 'The event log does not take more yet.' });
  }
}

/** @returns true while there may be more */
async function eraseIndexed({ store, ...run }: Run, { userId }: Erasure): Promise<boolean> {
  const { entries: page } = await store.page(userId, {}, { limit: BATCH, direction: 'ASC' });
  const bury = (entry: IndexEntry) => buryEntry({ store, ...run }, entry, { cascade: true, dueAt: null });
  await pMap(page, bury, { concurrency: AT_ONCE });
  const own = page.filter(({ processorId }) => processorId === STATE);
  await store.eraseUserBlobs(
    userId,
    own.map(({ id }) => id),
  );
  return page.length > 0;
}

/** Blobs whose writer died, or is about to enter them: a tombstone keeps it from that. */
async function eraseUnindexed({ store, ...run }: Run, { userId }: Erasure): Promise<boolean> {
  const blobs = await store.ownBlobs(userId, UNINDEXED_BATCH);
  for (const blob of blobs) {
    const { stored } = await store.insertEntry(entryOfUserBlob(blob), []);
    if (stored) await buryEntry({ store, ...run }, stored, { cascade: true, dueAt: null });
  }
  await store.eraseUserBlobs(
    userId,
    blobs.map(({ id }) => id),
  );
  return blobs.length > 0;
}

const withStore = (erasure: Erasure, processorId: string, at: Date): Erasure => ({
  ...erasure,
  stores: [
    ...erasure.stores.filter((store) => store.processorId !== processorId),
    { processorId, erasedAt: at.toISOString() },
  ],
  goneStores: erasure.goneStores.filter((store) => store.processorId !== processorId),
});

/** The erasure without the store of a processor that was retired. */
const withoutStore = (erasure: Erasure, { id, status_since, created_at }: ProcessorDocument): Erasure => ({
  ...erasure,
  goneStores: [
    ...erasure.goneStores.filter((store) => store.processorId !== id),
    { processorId: id, retiredAt: status_since ?? created_at },
  ],
});

/** The erasure with the processor's store done, or gone; null when it does not answer. */
async function eraseAt(run: Run, processor: ProcessorDocument, erasure: Erasure): Promise<Erasure | null> {
  if (processor.status === 'retired') return withoutStore(erasure, processor);
  try {
    while (await run.erasure.eraseUser({ id: processor.id, baseUrl: processor.base_url }, erasure.userId))
      await run.goOn(erasure);
    return withStore(erasure, processor.id, run.clock.now());
  } catch (error) {
    run.signal.throwIfAborted();
    run.logger.warn({ err: error, processor: processor.id }, 'erasing a user waits for a processor');
    return null;
  }
}

/** Removes all that there is now, wherever it is; what is in the way is told of, and holds up nothing else. */
async function erase(run: Run, begun: Erasure): Promise<Erasure> {
  const { store, clock, processors } = run;
  const { userId, startedAt } = begun;
  while (await eraseIndexed(run, begun)) {
    await run.goOn(begun);
    await untilPublished(run, begun);
  }
  while (await eraseUnindexed(run, begun)) await run.goOn(begun);
  await store.eraseBooks(userId);
  await store.forgetSummary(userId);
  let erasure = withStore(begun, STATE, clock.now());
  const erased = new Set([STATE]);
  const registered = await processors.all();
  for (const processor of registered) {
    await run.goOn(erasure);
    const done = await eraseAt(run, processor, erasure);
    if (!done) continue;
    erasure = done;
    erased.add(processor.id);
  }
  // One that kept blobs of the user must have answered, also when the registry does not know it just now.
  const kept = (await store.deletedByProcessor(userId, startedAt)).map(({ processorId }) => processorId);
  const away = new Set([...registered.map(({ id }) => id), ...kept].filter((id) => !erased.has(id)));
  return { ...erasure, obstacle: away.size === 0 ? null : `No answer from ${[...away].join(', ')}.` };
}

async function advance(run: Run, erasure: Erasure): Promise<void> {
  const { store, clock, settleMs = SETTLE_MS } = run;
  const begunAt = clock.now();
  const done = await erase(run, erasure);
  const settled = new Date(erasure.startedAt.getTime() + settleMs);
  if (done.obstacle !== null) await store.saveErasure(done, nextAttempt(erasure.startedAt, clock.now()));
  // Once more, when all that was under way as it began has come to its end.
  else if (begunAt < settled) await store.saveErasure(done, settled);
  else await store.saveErasure({ ...done, finishedAt: clock.now() }, null);
}

/** Takes an erasure up where it was left. Safe to do again, and by several processes at once. */
export async function eraseUser(
  deps: ErasureSweeperDependencies,
  userId: string,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock } = deps;
  const erasure = await store.erasure(userId);
  if (!erasure || erasure.finishedAt) return;
  const goOn = async (current: Erasure) => {
    signal.throwIfAborted();
    await store.saveErasure(current, new Date(clock.now().getTime() + LEASE_MS));
  };
  try {
    await goOn(erasure);
    await advance({ ...deps, signal, goOn }, erasure);
  } catch (error) {
    // What was done stays done; another process may go on at once.
    await store.saveErasure(erasure, nextAttempt(erasure.startedAt, clock.now()));
    if (!signal.aborted) throw error;
  }
}

/** Goes on with erasures until they are finished, whichever process began them. */
export function createErasureSweeper(deps: ErasureSweeperDependencies): Sweeper {
  const stopping = new AbortController();
  const sweeper = createSweeper({
    what: 'erasing a user',
    find: () => deps.store.dueErasures(deps.clock.now(), CONCURRENCY),
    work: ([userId]) => eraseUser(deps, userId, stopping.signal),
    concurrency: CONCURRENCY,
    logger: deps.logger,
  });
  return {
    nudge: (userId) => sweeper.nudge(userId),
    start: () => sweeper.start(),
    stop() {
      stopping.abort();
      return sweeper.stop();
    },
  };
}
