import pMap from 'p-map';
import { BlobgraphError } from '../../../platform/errors.ts';
import { createWalkSweeper, finished, type Step, type WalkDependencies } from '../backfill/walk.ts';
import { changeEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import { applyFailure, type ChangedRuns, isUnderWay } from '../runs/runs.ts';
import { retiredMessage } from '../runs/status.ts';
import type { Backfill } from '../store/backfills.ts';
import type { EntryPlace, ScannedEntry } from '../store/scans.ts';
import type { Sweeper } from '../sweeper.ts';

export interface RetirementDependencies
  extends WalkDependencies,
    Pick<StateDependencies, 'store' | 'nudge' | 'processors'> {
  /** Entries read at once. Default: 500. */
  readonly pageSize?: number;
}

const PAGE = 500;
const AT_ONCE = 16;

const hasOpenRun = ({ runs }: Pick<ScannedEntry, 'runs'>, processorId: string): boolean =>
  runs.some((run) => run.processorId === processorId && isUnderWay(run));

/** Ends all open runs of a retired processor on one blob, artifacts' among them. Safe to do again. */
export async function failRuns(
  deps: Pick<StateDependencies, 'store' | 'clock' | 'nudge'>,
  processorId: string,
  { userId, id }: EntryPlace,
): Promise<void> {
  const error = { code: 'PROCESSOR_RETIRED', message: retiredMessage(processorId) };
  await changeEntry(deps, userId, id, (entry) => {
    const at = deps.clock.now();
    const open = entry.runs.filter((run) => run.processorId === processorId && isUnderWay(run));
    let { runs } = entry;
    const [first, ...rest] = open.map((run): ChangedRuns => {
      const changed = applyFailure(runs, run, error, at);
      ({ runs } = changed);
      return changed;
    });
    if (!first) return null;
    const told = ({ run }: ChangedRuns) => ({ kind: 'failed', run }) as const;
    return { runs, events: [told(first), ...rest.map(told)] };
  }).catch((failure: unknown) => {
    if (!(failure instanceof BlobgraphError) || failure.code !== 'BLOB_NOT_FOUND') throw failure;
  });
}

async function step(deps: RetirementDependencies, walk: Backfill): Promise<Step> {
  const { store, processors, pageSize: limit = PAGE } = deps;
  const { processorId, after } = walk;
  // Registered anew meanwhile: its runs are open again.
  if ((await processors.get(processorId))?.status !== 'retired') return finished(deps, walk);
  const page = await store.scanEntries({ limit, ...(after ? { after } : {}) });
  const last = page.at(-1);
  if (!last) {
    deps.logger.info(
      { processor: processorId, runs: walk.planned },
      'the runs of a retired processor are ended',
    );
    return finished(deps, walk);
  }
  const open = page.filter((entry) => hasOpenRun(entry, processorId));
  await pMap(open, (entry) => failRuns(deps, processorId, entry), { concurrency: AT_ONCE });
  const scanned = walk.scanned + page.length;
  const planned = walk.planned + open.length;
  const place = { userId: last.userId, id: last.id };
  return {
    backfill: { ...walk, scanned, planned, finishedRuns: planned, obstacle: null, after: place },
    waits: false,
  };
}

/** Ends the open runs of retired processors; who takes it up after a crash goes on where it was. */
export const createRetirementSweeper = (deps: RetirementDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'ending the runs of a retired processor',
    walks: deps.store.retirements,
    step: (walk) => step(deps, walk),
  });
