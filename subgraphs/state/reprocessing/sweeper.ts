import { versionFor } from '../../../platform/clients/canary.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { eventOf } from '../backfill/decide.ts';
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
import { changeIfThere } from '../entries/changes.ts';
import { applyReprocess, blobRun, isUnderWay } from '../entries/runs.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import type { ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { BatchPlace, IndexWalk, ReprocessingDetails } from '../store/walks.ts';
import type { Reprocessing } from './reprocessing.ts';
import { wantedOf } from './wanted.ts';

export interface ReprocessingSweeperDependencies extends RequestingWalkDependencies {
  readonly store: RequestingWalkDependencies['store'] & Pick<StateStore, 'reprocessings' | 'known'>;
}

const MINUTE_MS = 60_000;
/** A batch is at most what the rate allows in so long: it does not come in a burst. */
const BATCH_MS = 6_000;

const withDetails = (walk: Reprocessing, details: Partial<ReprocessingDetails>): Reprocessing => ({
  ...walk,
  details: { ...walk.details, ...details },
});

/** The following page; of one user's blobs alone where the walk is over those. */
async function pageOf(deps: ReprocessingSweeperDependencies, walk: Reprocessing): Promise<ScannedEntry[]> {
  const page = await nextPage(deps, walk);
  const { userId } = walk.details;
  return userId === null ? page : page.filter((entry) => entry.userId === userId);
}

const beginningOf = ({ details: { userId } }: Reprocessing) => (userId === null ? null : { userId, id: '' });

/** Counts the blobs of a page. At the end the walk begins anew, and asks for runs. */
async function count(
  deps: ReprocessingSweeperDependencies,
  processor: ProcessorDocument,
  walk: Reprocessing,
): Promise<Step> {
  const page = await pageOf(deps, walk);
  const last = page.at(-1);
  if (!last) {
    const counted = withDetails(walk, { total: walk.details.counted });
    return { walk: { ...counted, after: beginningOf(walk), scanned: 0 }, waits: false };
  }
  const wanted = await wantedOf(deps, processor, walk.details, page);
  const counted = withDetails(walk, { counted: walk.details.counted + wanted.size });
  const after = { userId: last.userId, id: last.id };
  return { walk: { ...counted, after, scanned: walk.scanned + page.length }, waits: false };
}

/** Whether the batch's run is still to be asked for. */
const isToAsk = (run: Run, { generation = 0 }: BatchPlace): boolean =>
  run.generation < generation && !isUnderWay(run);

/** Asks for the next generation, unless that was done. */
async function ask(
  deps: ReprocessingSweeperDependencies,
  processor: ProcessorDocument,
  { version: asked }: ReprocessingDetails,
  place: BatchPlace,
): Promise<void> {
  const versionOf = (entry: IndexEntry) => {
    if (asked === null) return versionFor(processor, eventOf(entry), entry);
    return asked === processor.canary?.version ? asked : undefined;
  };
  await changeIfThere(deps, place.userId, place.id, (entry) => {
    const run = blobRun(entry.runs, processor.id);
    if (!run || !isToAsk(run, place)) return null;
    const changed = applyReprocess(entry.runs, processor.id, 0, deps.clock.now(), versionOf(entry));
    return changed && { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }] };
  });
}

/** Asks for what of the batch was not asked for, and removes what has ended. */
async function settleBatch(
  deps: ReprocessingSweeperDependencies,
  processor: ProcessorDocument,
  walk: Reprocessing,
): Promise<Step> {
  const entries = await entriesAt(deps.store, walk.batch);
  const batch: BatchPlace[] = [];
  let failed = 0;
  for (const place of walk.batch) {
    const run = blobRun(entries.get(place.id)?.runs ?? [], processor.id);
    if (!run) continue;
    if (isToAsk(run, place)) await ask(deps, processor, walk.details, place);
    if (isToAsk(run, place) || isUnderWay(run)) batch.push(place);
    else if (run.state === 'FAILED') failed += 1;
  }
  const done = walk.batch.length - batch.length;
  if (done === 0) return waitsFor(walk, null);
  const counted = withDetails(walk, { failedRuns: walk.details.failedRuns + failed });
  const finishedRuns = walk.finishedRuns + done;
  return { walk: { ...counted, batch, finishedRuns, obstacle: null }, waits: batch.length > 0 };
}

/** The walk with its next batch, and the time before which none follows it. */
async function nextBatch(
  deps: ReprocessingSweeperDependencies,
  processor: ProcessorDocument,
  walk: Reprocessing,
): Promise<Step> {
  const page = await pageOf(deps, walk);
  if (page.length === 0) return finished(deps, walk);
  const { runsPerMinute, paceAt } = walk.details;
  const wanted = await wantedOf(deps, processor, walk.details, page);
  const most = Math.max(1, Math.floor((runsPerMinute * BATCH_MS) / MINUTE_MS));
  const next = withNextBatch(walk, page, ({ id }) => wanted.has(id), Math.min(batchSize(processor), most));
  const runs = new Map(page.map((entry) => [entry.id, blobRun(entry.runs, processor.id)]));
  const batch = next.batch.map((place) => ({
    ...place,
    generation: (runs.get(place.id)?.generation ?? 0) + 1,
  }));
  const from = Math.max(deps.clock.now().getTime(), Date.parse(paceAt));
  const pacedTo = new Date(from + (batch.length * MINUTE_MS) / runsPerMinute).toISOString();
  return { walk: { ...next, batch, details: { ...walk.details, paceAt: pacedTo } }, waits: false };
}

async function step(deps: ReprocessingSweeperDependencies, walk: Reprocessing): Promise<Step> {
  const { details } = walk;
  const processor = await deps.processors.get(details.processorId);
  if (!processor) return waitsFor(walk, 'The registry does not know the processor any more.');
  if (processor.status === 'retired') return finished(deps, walk);
  if (walk.batch.length > 0) return settleBatch(deps, processor, walk);
  const { version } = details;
  if (version !== null && version !== processor.version && version !== processor.canary?.version)
    return waitsFor(walk, `\`${processor.id}\` makes nothing by version ${version} any more. Cancel this.`);
  if (details.total === null) return count(deps, processor, walk);
  if (deps.clock.now() < new Date(details.paceAt)) return waitsFor(walk, null);
  const reason = await obstacleOf(deps.eventLog, processor);
  return reason === null ? nextBatch(deps, processor, walk) : waitsFor(walk, reason);
}

/** Has blobs made anew, a few at a time, behind live work; after a crash another process continues. */
export const createReprocessingSweeper = (deps: ReprocessingSweeperDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'making blobs anew',
    walks: deps.store.reprocessings,
    step: (walk: IndexWalk) => step(deps, walk as Reprocessing),
  });
