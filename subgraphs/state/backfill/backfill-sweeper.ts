import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { Logger } from '../../../platform/logger.ts';
import { changeEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { applyRequest, blobRun, isOwed } from '../runs/runs.ts';
import type { Backfill } from '../store/backfills.ts';
import type { EntryPlace } from '../store/scans.ts';
import { createSweeper, nextAttempt, type Sweeper } from '../sweeper.ts';
import { batchSize, isLeftOut, takesBlobs, withNextBatch } from './decide.ts';

export interface BackfillSweeperDependencies
  extends Pick<StateDependencies, 'store' | 'clock' | 'nudge' | 'processors'> {
  readonly eventLog: Pick<EventLog, 'waiting'>;
  readonly logger: Logger;
  /** Milliseconds between two looks at what a backfill waits for. Default: 250. */
  readonly everyMs?: number;
  /** Entries read at once. Default: 500. */
  readonly pageSize?: number;
}

/** Backfills at once. */
const CONCURRENCY = 2;
/** A backfill whose process died is taken up again after this long. */
const LEASE_MS = 30_000;
/** Then others have their turn. */
const TURN_MS = 10_000;
const EVERY_MS = 250;
const PAGE = 500;

/** A backfill after a step; `waits` when there is nothing to do for now. */
interface Step {
  readonly backfill: Backfill;
  readonly waits: boolean;
}

const waitsFor = (backfill: Backfill, obstacle: string | null): Step => ({
  // The same one where nothing has changed: it need not be saved.
  backfill: backfill.obstacle === obstacle ? backfill : { ...backfill, obstacle },
  waits: true,
});

/** Asks for a run, as for any run that is missing. False when there is nothing to ask for any more. */
async function plan(
  deps: BackfillSweeperDependencies,
  processor: ProcessorDocument,
  { since }: Backfill,
  { userId, id }: EntryPlace,
): Promise<boolean> {
  let isPlanned = false;
  try {
    await changeEntry(deps, userId, id, (entry) => {
      const now = deps.clock.now();
      const changed = isLeftOut(entry, processor, since) && applyRequest(entry.runs, processor.id, now, now);
      isPlanned = Boolean(changed) || blobRun(entry.runs, processor.id) !== undefined;
      return changed ? { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }] } : null;
    });
  } catch (error) {
    if (error instanceof BlobgraphError && error.code === 'BLOB_NOT_FOUND') return false;
    throw error;
  }
  return isPlanned;
}

async function entriesOf(
  { store }: Pick<StateDependencies, 'store'>,
  places: readonly EntryPlace[],
): Promise<ReadonlyMap<string, IndexEntry>> {
  const users = [...new Set(places.map(({ userId }) => userId))];
  const found = await Promise.all(
    users.map((user) =>
      store.entries(
        user,
        places.filter(({ userId }) => userId === user).map(({ id }) => id),
      ),
    ),
  );
  return new Map(found.flat().map((entry) => [entry.id, entry]));
}

/** Asks for the runs of the batch that were not asked for yet, and takes out those that are done. */
async function settleBatch(
  deps: BackfillSweeperDependencies,
  processor: ProcessorDocument,
  backfill: Backfill,
): Promise<Step> {
  const entries = await entriesOf(deps, backfill.batch);
  const batch: EntryPlace[] = [];
  let [done, dropped] = [0, 0];
  for (const place of backfill.batch) {
    const entry = entries.get(place.id);
    const run = entry && blobRun(entry.runs, processor.id);
    if (entry && !run) {
      if (await plan(deps, processor, backfill, place)) batch.push(place);
      else dropped += 1;
    } else if (run && isOwed(run)) batch.push(place);
    else done += 1;
  }
  if (done + dropped === 0) return waitsFor(backfill, null);
  const planned = backfill.planned - dropped;
  const finishedRuns = backfill.finishedRuns + done;
  return { backfill: { ...backfill, batch, planned, finishedRuns, obstacle: null }, waits: batch.length > 0 };
}

/** The obstacle to the next batch; null when there is none. */
async function obstacleOf(
  { eventLog }: BackfillSweeperDependencies,
  { id, active, takes }: ProcessorDocument,
): Promise<string | null> {
  if (!active) return `\`${id}\` is not active: it is given no work.`;
  if (!takesBlobs({ takes })) return `\`${id}\` takes no blobs by itself any more.`;
  const waiting = await eventLog.waiting(id);
  return waiting > 0 ? `\`${id}\` has live work to do first: ${waiting} events wait for it.` : null;
}

/** The next thing to do for a backfill. What it changes is to be saved before the step after it is taken. */
async function step(deps: BackfillSweeperDependencies, backfill: Backfill): Promise<Step> {
  const { store, processors, clock, pageSize: limit = PAGE } = deps;
  const processor = await processors.get(backfill.processorId);
  if (!processor) return waitsFor(backfill, 'The registry does not know the processor any more.');
  if (backfill.batch.length > 0) return settleBatch(deps, processor, backfill);
  const obstacle = await obstacleOf(deps, processor);
  if (obstacle !== null) return waitsFor(backfill, obstacle);
  const { after, since } = backfill;
  const page = await store.scanEntries({ limit, ...(after ? { after } : {}) });
  if (page.length === 0)
    return { backfill: { ...backfill, obstacle: null, finishedAt: clock.now() }, waits: false };
  const isWanted = (entry: (typeof page)[number]) => isLeftOut(entry, processor, since);
  return { backfill: withNextBatch(backfill, page, isWanted, batchSize(processor)), waits: false };
}

/** One turn of a backfill that this process has claimed. */
async function advance(
  deps: BackfillSweeperDependencies,
  claimed: Backfill,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, everyMs = EVERY_MS } = deps;
  const until = performance.now() + TURN_MS;
  let backfill = claimed;
  while (performance.now() < until && !signal.aborted) {
    const next = await step(deps, backfill);
    const isSaved = next.backfill === backfill;
    ({ backfill } = next);
    if (backfill.finishedAt) {
      await store.saveBackfill(backfill, null);
      return;
    }
    const lease = new Date(clock.now().getTime() + LEASE_MS);
    // Another process has it: this one was thought dead.
    if (!isSaved && !(await store.saveBackfill(backfill, lease))) return;
    if (next.waits) await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
  await store.saveBackfill(backfill, clock.now());
}

/** Takes a backfill up where it was left, unless another process has it. Nothing is lost or asked for twice. */
async function goOn(
  deps: BackfillSweeperDependencies,
  processorId: string,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock } = deps;
  const now = clock.now();
  const claimed = await store.claimBackfill(processorId, now, new Date(now.getTime() + LEASE_MS));
  if (!claimed) return;
  try {
    await advance(deps, claimed, signal);
  } catch (error) {
    // As it was saved last: the same step is taken again.
    const saved = await store.backfill(processorId);
    if (saved?.lease === claimed.lease) {
      const obstacle = error instanceof BlobgraphError ? error.message : 'It failed, and is tried again.';
      await store.saveBackfill({ ...saved, obstacle }, nextAttempt(saved.startedAt, clock.now()));
    }
    throw error;
  }
}

/** Goes on with backfills until they are finished, whichever process began them. */
export function createBackfillSweeper(deps: BackfillSweeperDependencies): Sweeper {
  const stopping = new AbortController();
  const sweeper = createSweeper({
    what: 'a backfill',
    find: () => deps.store.dueBackfills(deps.clock.now(), CONCURRENCY),
    work: ([processorId]) => goOn(deps, processorId, stopping.signal),
    concurrency: CONCURRENCY,
    logger: deps.logger,
  });
  return {
    nudge: (processorId) => sweeper.nudge(processorId),
    start: () => sweeper.start(),
    stop() {
      stopping.abort();
      return sweeper.stop();
    },
  };
}
