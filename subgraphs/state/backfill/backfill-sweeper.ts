import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import { askedFor } from '../books/automatic.ts';
import { changeEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { applyRequest, blobRun, isOwed } from '../runs/runs.ts';
import type { Backfill } from '../store/backfills.ts';
import type { EntryPlace } from '../store/scans.ts';
import type { Sweeper } from '../sweeper.ts';
import { batchSize, isLeftOut, takesBlobs, withNextBatch } from './decide.ts';
import {
  createWalkSweeper,
  entriesAt,
  finished,
  type Step,
  type WalkDependencies,
  waitsFor,
} from './walk.ts';

export interface BackfillSweeperDependencies
  extends WalkDependencies,
    Pick<StateDependencies, 'store' | 'nudge' | 'processors'> {
  readonly eventLog: Pick<EventLog, 'waiting'>;
  /** Entries read at once. Default: 500. */
  readonly pageSize?: number;
}

const PAGE = 500;

/** Asks for a run, as for any run that is missing. False when there is nothing to ask for any more. */
async function plan(
  deps: BackfillSweeperDependencies,
  processor: ProcessorDocument,
  { since }: Backfill,
  found: IndexEntry,
): Promise<boolean> {
  const { userId, id } = found;
  const isAsked = (await askedFor(deps.store, processor, [found]))(found);
  let isPlanned = false;
  try {
    await changeEntry(deps, userId, id, (entry) => {
      const now = deps.clock.now();
      const changed =
        isLeftOut(entry, processor, since, isAsked) && applyRequest(entry.runs, processor.id, now, now);
      isPlanned = Boolean(changed) || blobRun(entry.runs, processor.id) !== undefined;
      return changed ? { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }] } : null;
    });
  } catch (error) {
    if (error instanceof BlobgraphError && error.code === 'BLOB_NOT_FOUND') return false;
    throw error;
  }
  return isPlanned;
}

/** Asks for the runs of the batch that were not asked for yet, and takes out those that are done. */
async function settleBatch(
  deps: BackfillSweeperDependencies,
  processor: ProcessorDocument,
  backfill: Backfill,
): Promise<Step> {
  const entries = await entriesAt(deps, backfill.batch);
  const batch: EntryPlace[] = [];
  let [done, dropped] = [0, 0];
  for (const place of backfill.batch) {
    const entry = entries.get(place.id);
    const run = entry && blobRun(entry.runs, processor.id);
    if (entry && !run) {
      if (await plan(deps, processor, backfill, entry)) batch.push(place);
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
  { id, active, takes, status }: ProcessorDocument,
): Promise<string | null> {
  if (status === 'paused') return `\`${id}\` is paused.`;
  if (!active) return `\`${id}\` is not active: it is given no work.`;
  if (!takesBlobs({ takes })) return `\`${id}\` takes no blobs by itself any more.`;
  const waiting = await eventLog.waiting(id);
  return waiting > 0 ? `\`${id}\` has live work to do first: ${waiting} events wait for it.` : null;
}

/** The next thing to do for a backfill. What it changes is to be saved before the step after it is taken. */
async function step(deps: BackfillSweeperDependencies, backfill: Backfill): Promise<Step> {
  const { store, processors, pageSize: limit = PAGE } = deps;
  const processor = await processors.get(backfill.processorId);
  if (!processor) return waitsFor(backfill, 'The registry does not know the processor any more.');
  // Its runs are FAILED by its retirement, and nobody makes the others.
  if (processor.status === 'retired') return finished(deps, backfill);
  if (backfill.batch.length > 0) return settleBatch(deps, processor, backfill);
  const obstacle = await obstacleOf(deps, processor);
  if (obstacle !== null) return waitsFor(backfill, obstacle);
  const { after, since } = backfill;
  const page = await store.scanEntries({ limit, ...(after ? { after } : {}) });
  if (page.length === 0) return finished(deps, backfill);
  const isAsked = await askedFor(store, processor, page);
  const isWanted = (entry: (typeof page)[number]) => isLeftOut(entry, processor, since, isAsked(entry));
  return { backfill: withNextBatch(backfill, page, isWanted, batchSize(processor)), waits: false };
}

/** Goes on with backfills until they are finished, whichever process began them. */
export const createBackfillSweeper = (deps: BackfillSweeperDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'a backfill',
    walks: deps.store,
    step: (backfill) => step(deps, backfill),
  });
