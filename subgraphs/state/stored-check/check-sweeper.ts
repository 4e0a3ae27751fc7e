import type { ProcessorCatalog } from '../../../platform/clients/registry.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { Sweeper } from '../background/sweeper.ts';
import {
  createWalkSweeper,
  finished,
  nextPage,
  type Step,
  type WalkDependencies,
  waitsFor,
} from '../background/walk.ts';
import type { ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { IndexWalk } from '../store/walks.ts';
import { type CheckerDependencies, createChecker, isOfSchema } from './checker.ts';
import { checkNotes, withChecked } from './findings.ts';

export interface CheckSweeperDependencies extends CheckerDependencies, WalkDependencies {
  readonly store: CheckerDependencies['store'] & Pick<StateStore, 'scanEntries' | 'storedChecks'>;
  readonly processors: CheckerDependencies['processors'] & Pick<ProcessorCatalog, 'known'>;
  readonly eventLog: Pick<EventLog, 'waiting'>;
  /** Entries read at once. Default 500. */
  readonly pageSize?: number;
}

/** Documents of one step; it is saved after each. */
const DOCUMENTS = 100;

/** Why a check does not go on now: live work goes first. */
async function obstacleOf({ processors, eventLog }: CheckSweeperDependencies): Promise<string | null> {
  for (const { id, active, status } of await processors.known()) {
    if (!active || status !== 'active') continue;
    const waiting = await eventLog.waiting(id);
    if (waiting > 0) return `\`${id}\` has live work to do first: ${waiting} events wait for it.`;
  }
  return null;
}

/** The part of a page that one step looks at, up to the document that fills it. */
function partOf(page: readonly ScannedEntry[], schemaId: string) {
  const entries: ScannedEntry[] = [];
  let seen = 0;
  while (seen < page.length && entries.length < DOCUMENTS) {
    const entry = page[seen++];
    if (entry && isOfSchema(entry, schemaId)) entries.push(entry);
  }
  return { entries, seen };
}

async function step(deps: CheckSweeperDependencies, walk: IndexWalk): Promise<Step> {
  const obstacle = await obstacleOf(deps);
  if (obstacle !== null) return waitsFor(walk, obstacle);
  const page = await nextPage(deps, walk);
  const { target, findings } = checkNotes.parse(walk.notes);
  const { entries, seen } = partOf(page, target.schemaId);
  const last = page[seen - 1];
  if (!last) return finished(deps, walk);
  const checked = entries.length > 0 ? await createChecker(deps, target)(entries) : [];
  const found = withChecked(findings, checked);
  return {
    walk: {
      ...walk,
      scanned: walk.scanned + seen,
      planned: found.checked,
      finishedRuns: found.checked,
      obstacle: null,
      after: { userId: last.userId, id: last.id },
      notes: { target, findings: found },
    },
    // Between two batches others have the stores to themselves.
    waits: entries.length > 0,
  };
}

/** Continues checks of stored documents until they are finished, whichever process began them. */
export const createCheckSweeper = (deps: CheckSweeperDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'a check of stored documents',
    walks: deps.store.storedChecks,
    step: (walk) => step(deps, walk),
  });
