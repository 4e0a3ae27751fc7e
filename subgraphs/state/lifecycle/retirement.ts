import pMap from 'p-map';
import type { Sweeper } from '../background/sweeper.ts';
import {
  type ChangingWalkDependencies,
  createWalkSweeper,
  finished,
  nextPage,
  type Step,
} from '../background/walk.ts';
import { retiredMessage } from '../blobs/processing/processor-status.ts';
import { type ChangeDependencies, changeIfThere } from '../entries/changes.ts';
import { applyFailure, type ChangedRuns, isUnderWay } from '../entries/runs.ts';
import type { EntryPlace, ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { IndexWalk } from '../store/walks.ts';

export interface RetirementDependencies extends ChangingWalkDependencies {
  readonly store: ChangingWalkDependencies['store'] & Pick<StateStore, 'retirements'>;
}

const AT_ONCE = 16;

const openRunsOf = ({ runs }: Pick<ScannedEntry, 'runs'>, processorId: string) =>
  runs.filter((run) => run.processorId === processorId && isUnderWay(run));

/** Fails all open runs of a retired processor on one blob, including those of artifacts. Idempotent. */
export async function failRuns(
  deps: ChangeDependencies,
  processorId: string,
  { userId, id }: EntryPlace,
): Promise<void> {
  const error = { code: 'PROCESSOR_RETIRED', message: retiredMessage(processorId) };
  await changeIfThere(deps, userId, id, (entry) => {
    const at = deps.clock.now();
    let { runs } = entry;
    const [first, ...rest] = openRunsOf(entry, processorId).map((run): ChangedRuns => {
      const changed = applyFailure(runs, run, error, at);
      ({ runs } = changed);
      return changed;
    });
    if (!first) return null;
    const failed = ({ run }: ChangedRuns) => ({ kind: 'failed', run }) as const;
    return { runs, events: [failed(first), ...rest.map(failed)] };
  });
}

async function step(deps: RetirementDependencies, walk: IndexWalk): Promise<Step> {
  const { logger, processors } = deps;
  const { processorId } = walk;
  // It has registered again: its runs are open again.
  if ((await processors.get(processorId))?.status !== 'retired') return finished(deps, walk);
  const page = await nextPage(deps, walk);
  const last = page.at(-1);
  if (!last) {
    logger.info({ processor: processorId, runs: walk.planned }, 'ended the runs of a retired processor');
    return finished(deps, walk);
  }
  const open = page.filter((entry) => openRunsOf(entry, processorId).length > 0);
  await pMap(open, (entry) => failRuns(deps, processorId, entry), { concurrency: AT_ONCE });
  const scanned = walk.scanned + page.length;
  const planned = walk.planned + open.length;
  const after = { userId: last.userId, id: last.id };
  return { walk: { ...walk, scanned, planned, finishedRuns: planned, obstacle: null, after }, waits: false };
}

/** Ends the open runs of retired processors; after a crash another process continues. */
export const createRetirementSweeper = (deps: RetirementDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'ending the runs of a retired processor',
    walks: deps.store.retirements,
    step: (walk) => step(deps, walk),
  });
