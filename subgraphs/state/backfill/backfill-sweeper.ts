import { versionFor } from '../../../platform/clients/canary.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
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
import { askedFor } from '../blobs/books/automatic.ts';
import { changeIfThere } from '../entries/changes.ts';
import { applyRequest, blobRun, isOwed } from '../entries/runs.ts';
import type { IndexEntry } from '../store/records.ts';
import type { EntryPlace, ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { IndexWalk } from '../store/walks.ts';
import { eventOf, isLeftOut, takesBlobs } from './decide.ts';

export interface BackfillSweeperDependencies extends RequestingWalkDependencies {
  readonly store: RequestingWalkDependencies['store'] & Pick<StateStore, 'backfills' | 'bookRecords'>;
}

/** Requests a run on an entry, as for a missing run. False when the entry needs none any more. */
async function plan(
  deps: BackfillSweeperDependencies,
  processor: ProcessorDocument,
  { since }: IndexWalk,
  found: IndexEntry,
): Promise<boolean> {
  const isAsked = (await askedFor(deps.store, processor, [found]))(found);
  let isPlanned = false;
  const changed = await changeIfThere(deps, found.userId, found.id, (entry) => {
    const now = deps.clock.now();
    const version = versionFor(processor, eventOf(entry), entry);
    const requested =
      isLeftOut(entry, processor, since, isAsked) &&
      applyRequest(entry.runs, processor.id, now, now, version);
    isPlanned = Boolean(requested) || blobRun(entry.runs, processor.id) !== undefined;
    return requested ? { runs: requested.runs, events: [{ kind: 'retried', run: requested.run }] } : null;
  });
  return changed !== null && isPlanned;
}

/** Requests missing runs of the batch, and removes finished ones from it. */
async function settleBatch(
  deps: BackfillSweeperDependencies,
  processor: ProcessorDocument,
  walk: IndexWalk,
): Promise<Step> {
  const entries = await entriesAt(deps.store, walk.batch);
  const batch: EntryPlace[] = [];
  let [done, dropped] = [0, 0];
  for (const place of walk.batch) {
    const entry = entries.get(place.id);
    const run = entry && blobRun(entry.runs, processor.id);
    if (entry && !run) {
      if (await plan(deps, processor, walk, entry)) batch.push(place);
      else dropped += 1;
    } else if (run && isOwed(run)) batch.push(place);
    else done += 1;
  }
  if (done + dropped === 0) return waitsFor(walk, null);
  const planned = walk.planned - dropped;
  const finishedRuns = walk.finishedRuns + done;
  return { walk: { ...walk, batch, planned, finishedRuns, obstacle: null }, waits: batch.length > 0 };
}

async function step(deps: BackfillSweeperDependencies, walk: IndexWalk): Promise<Step> {
  const { store, processors } = deps;
  const processor = await processors.get(walk.processorId);
  if (!processor) return waitsFor(walk, 'The registry does not know the processor any more.');
  // Its retirement fails its runs.
  if (processor.status === 'retired') return finished(deps, walk);
  if (walk.batch.length > 0) return settleBatch(deps, processor, walk);
  const obstacle = takesBlobs(processor)
    ? await obstacleOf(deps.eventLog, processor)
    : `\`${processor.id}\` takes no blobs by itself any more.`;
  if (obstacle !== null) return waitsFor(walk, obstacle);
  const page = await nextPage(deps, walk);
  if (page.length === 0) return finished(deps, walk);
  const isAsked = await askedFor(store, processor, page);
  const isWanted = (entry: ScannedEntry) => isLeftOut(entry, processor, walk.since, isAsked(entry));
  return { walk: withNextBatch(walk, page, isWanted, batchSize(processor)), waits: false };
}

/** Continues backfills until they are finished, whichever process began them. */
export const createBackfillSweeper = (deps: BackfillSweeperDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'a backfill',
    walks: deps.store.backfills,
    step: (walk) => step(deps, walk),
  });
