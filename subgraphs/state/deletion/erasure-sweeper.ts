import pMap from 'p-map';
import type { ErasureClient } from '../../../platform/clients/processor.ts';
import {
  type ProcessorCatalog,
  type ProcessorDocument,
  statusSince,
} from '../../../platform/clients/registry.ts';
import type { WebhookEraser } from '../../../platform/clients/webhooks.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import { toUserMessage, type UserEventKind } from '../../../platform/events/user-events.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { pause } from '../../../platform/time/pause.ts';
import { createSweeper, nextAttempt, type Sweeper } from '../background/sweeper.ts';
import { entryOfUserBlob, STATE } from '../entries/entry.ts';
import type { ErasureStore } from '../store/erasures.ts';
import type { Erasure, IndexEntry } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { type BuryDependencies, buryEntry } from './deletion.ts';

export interface ErasureSweeperDependencies extends BuryDependencies {
  readonly store: BuryDependencies['store'] &
    ErasureStore &
    Pick<
      StateStore,
      'page' | 'insertEntry' | 'eraseUserBlobs' | 'forgetSummary' | 'outboxLength' | 'reprocessings'
    >;
  readonly processors: Pick<ProcessorCatalog, 'all'>;
  readonly erasure: ErasureClient;
  /** Absent where there are no webhooks. */
  readonly webhooks?: WebhookEraser | undefined;
  readonly eventLog: Pick<EventLog, 'publish'>;
  readonly logger: Logger;
  /** An erasure pauses while more documents than this have unpublished events, so as not to block other users. */
  readonly maxWaiting: number;
  /** Milliseconds after which every blob accepted before the erasure has been stored. Default 10,000. */
  readonly settleMs?: number;
}

const CONCURRENCY = 2;
const BATCH = 200;
/** Blobs without an entry are read with their content. */
const UNINDEXED_BATCH = 10;
const AT_ONCE = 16;
/** Another process continues the erasure of a dead one after this long. */
const LEASE_MS = 30_000;
const SETTLE_MS = 10_000;
const PAUSE_MS = 100;
/** The store of webhooks, as a report names it. */
const EVENTS = 'events';
const UNLOGGED = 'The event log does not have all deletions yet.';

/** An erasure in progress, which other processes leave alone. */
interface Progress extends ErasureSweeperDependencies {
  readonly signal: AbortSignal;
  /** Renews the lease and saves the progress. @throws when the process stops */
  goOn(erasure: Erasure): Promise<void>;
}

async function untilPublished(run: Progress, erasure: Erasure): Promise<void> {
  while ((await run.store.outboxLength()) > run.maxWaiting) {
    await pause(PAUSE_MS, run.signal);
    await run.goOn({ ...erasure, obstacle: 'The event log accepts no more events at the moment.' });
  }
}

/** @returns true while there may be more */
async function eraseIndexed({ store, ...run }: Progress, { userId }: Erasure): Promise<boolean> {
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

/** Blobs without an entry: their writer died, or is about to insert it, which a tombstone prevents. */
async function eraseUnindexed({ store, ...run }: Progress, { userId }: Erasure): Promise<boolean> {
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

/** The erasure with the store of a retired processor. */
const withoutStore = (erasure: Erasure, processor: ProcessorDocument): Erasure => ({
  ...erasure,
  goneStores: [
    ...erasure.goneStores.filter((store) => store.processorId !== processor.id),
    { processorId: processor.id, retiredAt: statusSince(processor) },
  ],
});

/** The erasure with the processor's store; null when the processor does not answer. */
async function eraseAt(
  run: Progress,
  processor: ProcessorDocument,
  erasure: Erasure,
): Promise<Erasure | null> {
  if (processor.status === 'retired') return withoutStore(erasure, processor);
  try {
    while (await run.erasure.eraseUser({ id: processor.id, baseUrl: processor.base_url }, erasure.userId))
      await run.goOn(erasure);
    return withStore(erasure, processor.id, run.clock.now());
  } catch (error) {
    run.signal.throwIfAborted();
    run.logger.warn(
      { err: error, processor: processor.id },
      'processor did not answer; the erasure of a user is retried',
    );
    return null;
  }
}

/** Whether the user's webhooks are erased. */
async function eraseWebhooks(run: Progress, userId: string): Promise<boolean> {
  try {
    await run.webhooks?.eraseUser(userId);
    return true;
  } catch (error) {
    run.signal.throwIfAborted();
    run.logger.warn({ err: error }, 'webhooks were not erased; the erasure of a user is retried');
    return false;
  }
}

/** Erases everything that exists now, in every store. A processor that does not answer becomes the `obstacle`. */
async function erase(run: Progress, begun: Erasure): Promise<Erasure> {
  const { store, clock, processors } = run;
  const { userId, startedAt } = begun;
  // First, so that nothing of what follows is sent to them.
  await eraseWebhooks(run, userId);
  while (await eraseIndexed(run, begun)) {
    await run.goOn(begun);
    await untilPublished(run, begun);
  }
  while (await eraseUnindexed(run, begun)) await run.goOn(begun);
  await store.eraseBooks(userId);
  await store.reprocessings.forgetWalks(userId);
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
  // Once more: until now, others could be registered.
  const hasWebhooks = !(await eraseWebhooks(run, userId));
  if (run.webhooks && !hasWebhooks) erasure = withStore(erasure, EVENTS, clock.now());
  // Every processor that stored blobs of the user must have answered, even one that is not registered now.
  const kept = (await store.deletedByProcessor(userId, startedAt)).map(({ processorId }) => processorId);
  const asked = [...registered.map(({ id }) => id), ...kept].filter((id) => !erased.has(id));
  const away = new Set([...asked, ...(hasWebhooks ? [EVENTS] : [])]);
  return { ...erasure, obstacle: away.size === 0 ? null : `No answer from ${[...away].join(', ')}.` };
}

/** Tells all gateways, which end what they tell this user. The store goes on without a log that takes nothing. */
const tell = (
  { eventLog, logger }: Progress,
  { userId, startedAt }: Erasure,
  kind: UserEventKind,
): Promise<boolean> =>
  eventLog.publish(toUserMessage({ kind, userId, startedAt })).then(
    () => true,
    (error: unknown) => {
      logger.warn({ err: error }, `the log was not told that a user is ${kind}; retried with the erasure`);
      return false;
    },
  );

async function advance(run: Progress, erasure: Erasure): Promise<void> {
  const { store, clock, settleMs = SETTLE_MS } = run;
  const begunAt = clock.now();
  const telling = tell(run, erasure, 'erasing');
  const done = await erase(run, erasure);
  const settled = new Date(erasure.startedAt.getTime() + settleMs);
  const later = (obstacle: string) =>
    store.saveErasure({ ...done, obstacle }, nextAttempt(erasure.startedAt, clock.now()));
  if (done.obstacle !== null) await later(done.obstacle);
  // Once more, after every write that was in progress when it began.
  else if (begunAt < settled) await store.saveErasure(done, settled);
  // The log tells gateways which blobs to drop from what they keep.
  else if (!(await telling) || (await store.hasUnpublishedDeletions(done.userId))) await later(UNLOGGED);
  else if (!(await tell(run, done, 'erased'))) await later(UNLOGGED);
  else await store.saveErasure({ ...done, finishedAt: clock.now() }, null);
}

/** Continues an erasure. Idempotent, and safe in several processes at once. */
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
    // Another process may continue at once.
    await store.saveErasure(erasure, nextAttempt(erasure.startedAt, clock.now()));
    if (!signal.aborted) throw error;
  }
}

/** Continues erasures until they are finished, whichever process began them. */
export const createErasureSweeper = (deps: ErasureSweeperDependencies): Sweeper =>
  createSweeper({
    what: 'erasing a user',
    find: () => deps.store.dueErasures(deps.clock.now(), CONCURRENCY),
    work: ([userId], signal) => eraseUser(deps, userId, signal),
    concurrency: CONCURRENCY,
    logger: deps.logger,
  });
