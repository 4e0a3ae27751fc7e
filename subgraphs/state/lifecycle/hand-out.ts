import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { batchSize, obstacleOf, withNextBatch } from '../background/batch.ts';
import type { Sweeper } from '../background/sweeper.ts';
import {
  createWalkSweeper,
  entriesAt,
  finished,
  nextPage,
  type RequestingWalkDependencies,
  type Step,
  waitsFor,
} from '../background/walk.ts';
import { silenceOf } from '../blobs/processing/retry.ts';
import { blobRun, isOwed } from '../entries/runs.ts';
import type { Run } from '../store/records.ts';
import type { EntryPlace, ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import { type IndexWalk, newWalk } from '../store/walks.ts';
import { handOut } from '../turns/request.ts';

export interface HandOutSweeperDependencies extends RequestingWalkDependencies {
  readonly store: RequestingWalkDependencies['store'] & Pick<StateStore, 'handOuts'>;
}

type Taker = Pick<ProcessorDocument, 'id' | 'timeout_seconds'>;

/** Whether a run was requested before this hand-out began, so that its event may have been missed. */
const isLost = (run: Run | undefined, { startedAt }: Pick<IndexWalk, 'startedAt'>): run is Run =>
  run !== undefined && isOwed(run) && new Date(run.updatedAt) < startedAt;

/** Longer than most runs go without a report. A run requested while it is in work is made twice, and stored once. */
const HEARD_SECONDS = 120;

/** Whether a process that began before its processor was cut off may still be at work. */
export const mayBeAtWork = (
  run: Run,
  processor: Pick<ProcessorDocument, 'timeout_seconds'>,
  now: Date,
): boolean =>
  run.state === 'PROCESSING' &&
  now.getTime() - new Date(run.updatedAt).getTime() < Math.min(silenceOf(processor), HEARD_SECONDS) * 1_000;

export interface HandOutDependencies {
  readonly store: Pick<StateStore, 'handOuts'>;
  readonly clock: Clock;
  /** Continues a processor's hand-out soon. */
  readonly nudgeHandOut: (processorId: string) => void;
}

/**
 * Begins to request a processor's open runs again, because the log has lost events for it. Idempotent: it restarts,
 * and runs that were already handed out are recognised by their time.
 */
export async function beginHandOut(
  { store, clock, nudgeHandOut }: HandOutDependencies,
  processorId: string,
): Promise<void> {
  const startedAt = clock.now();
  const walk = newWalk({ processorId, requestedBy: processorId, startedAt });
  await store.handOuts.beginWalk(walk, startedAt, { anew: true });
  nudgeHandOut(processorId);
}

/** Requests lost runs of the batch, and removes finished ones from it. */
async function settleBatch(
  deps: HandOutSweeperDependencies,
  processor: Taker,
  walk: IndexWalk,
): Promise<Step> {
  const entries = await entriesAt(deps.store, walk.batch);
  const batch: EntryPlace[] = [];
  const isDue = (run: Run) => isLost(run, walk) && !mayBeAtWork(run, processor, deps.clock.now());
  for (const place of walk.batch) {
    const run = blobRun(entries.get(place.id)?.runs ?? [], processor.id);
    if (!run || !isOwed(run)) continue;
    batch.push(place);
    if (isLost(run, walk)) await handOut(deps, place, processor.id, isDue);
  }
  const done = walk.batch.length - batch.length;
  if (done === 0) return waitsFor(walk, null);
  const finishedRuns = walk.finishedRuns + done;
  return { walk: { ...walk, batch, finishedRuns, obstacle: null }, waits: batch.length > 0 };
}

async function step(deps: HandOutSweeperDependencies, walk: IndexWalk): Promise<Step> {
  const { eventLog, logger, processors } = deps;
  const processor = await processors.get(walk.processorId);
  if (!processor) return waitsFor(walk, 'The registry does not know the processor.');
  if (processor.status === 'retired') return finished(deps, walk);
  if (walk.batch.length > 0 && processor.status === 'active') return settleBatch(deps, processor, walk);
  const obstacle = await obstacleOf(eventLog, processor);
  if (obstacle !== null) return waitsFor(walk, obstacle);
  const page = await nextPage(deps, walk);
  if (page.length === 0) {
    logger.info(
      { processor: processor.id, runs: walk.planned },
      'handed out the runs that a processor missed',
    );
    return finished(deps, walk);
  }
  const isWanted = ({ runs }: ScannedEntry) => isLost(blobRun(runs, processor.id), walk);
  return { walk: withNextBatch(walk, page, isWanted, batchSize(processor)), waits: false };
}

/**
 * Hands out missed runs, a few at a time, behind live work. After a crash another process continues; runs that were
 * already requested are recognised by their time.
 */
export const createHandOutSweeper = (deps: HandOutSweeperDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'handing out runs',
    walks: deps.store.handOuts,
    step: (walk) => step(deps, walk),
  });
