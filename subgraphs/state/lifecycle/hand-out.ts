import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import { batchSize, withNextBatch } from '../backfill/decide.ts';
import {
  createWalkSweeper,
  entriesAt,
  finished,
  type Step,
  type WalkDependencies,
  waitsFor,
} from '../backfill/walk.ts';
import { changeEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { Run } from '../documents.ts';
import { silenceOf } from '../runs/retry.ts';
import { applyHandOut, blobRun, isOwed } from '../runs/runs.ts';
import type { Backfill } from '../store/backfills.ts';
import type { EntryPlace } from '../store/scans.ts';
import type { Sweeper } from '../sweeper.ts';

export interface HandOutDependencies
  extends WalkDependencies,
    Pick<StateDependencies, 'store' | 'nudge' | 'processors'> {
  readonly eventLog: Pick<EventLog, 'waiting'>;
  /** Entries read at once. Default: 500. */
  readonly pageSize?: number;
}

const PAGE = 500;

type Taker = Pick<ProcessorDocument, 'id' | 'timeout_seconds'>;

/** Whether a run was asked for before this hand-out began: its event may have been missed. */
const isLost = (run: Run | undefined, { startedAt }: Pick<Backfill, 'startedAt'>): run is Run =>
  run !== undefined && isOwed(run) && new Date(run.updatedAt) < startedAt;

/** Longer than most runs are silent. One that is asked for while somebody is at it is made twice, and stored once. */
const HEARD_SECONDS = 120;

/** Whether a process may still be at it that began before its processor was cut off. */
const mayBeAtWork = (run: Run, processor: Taker, now: Date): boolean =>
  run.state === 'PROCESSING' &&
  now.getTime() - new Date(run.updatedAt).getTime() < Math.min(silenceOf(processor), HEARD_SECONDS) * 1_000;

const progress = { finishedAt: null, scanned: 0, planned: 0, finishedRuns: 0, obstacle: null };

/**
 * The log has lost events to a processor: begins to hand out its open runs that were asked for until now. Safe to ask for
 * again: it begins anew, and a run that was handed out already is told by its time.
 */
export async function beginHandOut(
  { store, clock, nudgeHandOut }: Pick<StateDependencies, 'store' | 'clock' | 'nudgeHandOut'>,
  processorId: string,
): Promise<void> {
  const startedAt = clock.now();
  const begun = {
    processorId,
    since: null,
    requestedBy: processorId,
    startedAt,
    ...progress,
    after: null,
    batch: [],
  };
  await store.handOuts.beginBackfill(begun, startedAt, { anew: true });
  nudgeHandOut(processorId);
}

/** Asks for a lost run again, unless it is not open any more, or somebody may be at it. */
async function handOut(
  deps: HandOutDependencies,
  processor: Taker,
  walk: Backfill,
  { userId, id }: EntryPlace,
): Promise<void> {
  await changeEntry(deps, userId, id, (entry) => {
    const now = deps.clock.now();
    const run = blobRun(entry.runs, processor.id);
    if (!isLost(run, walk) || mayBeAtWork(run, processor, now)) return null;
    const changed = applyHandOut(entry.runs, run, now);
    return { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }] };
  }).catch((error: unknown) => {
    if (!(error instanceof BlobgraphError) || error.code !== 'BLOB_NOT_FOUND') throw error;
  });
}

/** Asks for the runs of the batch that were not asked for yet, and takes out those that are done. */
async function settleBatch(deps: HandOutDependencies, processor: Taker, walk: Backfill): Promise<Step> {
  const entries = await entriesAt(deps, walk.batch);
  const batch: EntryPlace[] = [];
  for (const place of walk.batch) {
    const run = blobRun(entries.get(place.id)?.runs ?? [], processor.id);
    if (!run || !isOwed(run)) continue;
    batch.push(place);
    if (isLost(run, walk)) await handOut(deps, processor, walk, place);
  }
  const done = walk.batch.length - batch.length;
  if (done === 0) return waitsFor(walk, null);
  const finishedRuns = walk.finishedRuns + done;
  return { backfill: { ...walk, batch, finishedRuns, obstacle: null }, waits: batch.length > 0 };
}

/** The obstacle to the next batch; null when there is none. */
async function obstacleOf(
  { eventLog }: HandOutDependencies,
  { id, active, status }: ProcessorDocument,
): Promise<string | null> {
  if (status === 'paused') return `\`${id}\` is paused.`;
  if (!active) return `\`${id}\` is not active: it is given no work.`;
  const waiting = await eventLog.waiting(id);
  return waiting > 0 ? `\`${id}\` has live work to do first: ${waiting} events wait for it.` : null;
}

async function step(deps: HandOutDependencies, walk: Backfill): Promise<Step> {
  const { store, processors, pageSize: limit = PAGE } = deps;
  const processor = await processors.get(walk.processorId);
  if (!processor) return waitsFor(walk, 'The registry does not know the processor.');
  if (processor.status === 'retired') return finished(deps, walk);
  if (walk.batch.length > 0 && processor.status === 'active') return settleBatch(deps, processor, walk);
  const obstacle = await obstacleOf(deps, processor);
  if (obstacle !== null) return waitsFor(walk, obstacle);
  const page = await store.scanEntries({ limit, ...(walk.after ? { after: walk.after } : {}) });
  if (page.length === 0) {
    deps.logger.info(
      { processor: processor.id, runs: walk.planned },
      'what a processor had missed is handed out',
    );
    return finished(deps, walk);
  }
  const isWanted = ({ runs }: (typeof page)[number]) => isLost(blobRun(runs, processor.id), walk);
  return { backfill: withNextBatch(walk, page, isWanted, batchSize(processor)), waits: false };
}

/**
 * Hands out what processors missed, a few runs at a time, behind live work: who takes it up after a crash goes on where
 * it was, and a run that was asked for already is told by its time.
 */
export const createHandOutSweeper = (deps: HandOutDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'handing out runs',
    walks: deps.store.handOuts,
    step: (walk) => step(deps, walk),
  });
