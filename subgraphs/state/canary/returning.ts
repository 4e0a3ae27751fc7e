import pMap from 'p-map';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import type { Sweeper } from '../background/sweeper.ts';
import {
  type ChangingWalkDependencies,
  createWalkSweeper,
  entriesAt,
  finished,
  nextPage,
  type Step,
  waitsFor,
} from '../background/walk.ts';
import { changeIfThere, type EntryDecision } from '../entries/changes.ts';
import { applyReport, applyReturn, blobRun, isCancelled, isHeld } from '../entries/runs.ts';
import { mayBeAtWork } from '../lifecycle/hand-out.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import type { EntryPlace, ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { IndexWalk } from '../store/walks.ts';
import { request } from '../turns/request.ts';
import type { Turns } from '../turns/turns.ts';

export interface ReturningDependencies extends ChangingWalkDependencies {
  readonly store: ChangingWalkDependencies['store'] & Pick<StateStore, 'canaryEnds' | 'known'>;
  readonly turns: Pick<Turns, 'take'>;
}

const AT_ONCE = 16;
/** Runs that are waited for at once; more than the processes of a candidate have in work. */
const MAX_WAITING = 1_000;

type Ended = Pick<ProcessorDocument, 'id' | 'version' | 'canary' | 'timeout_seconds'>;

/** The fate of a run that was given to a candidate which is none any more. */
type Fate = 'stays' | 'returns' | 'is waited for';

/**
 * A run that was not begun is asked for anew, of the version that is present now. What a candidate had in work, it finishes
 * if it was promoted. Of one that was withdrawn the present version makes it, and also what it failed at.
 */
export function fateOf(run: Run | undefined, processor: Ended, now: Date): Fate {
  if (run?.version === undefined || run.version === processor.canary?.version) return 'stays';
  if (run.state === 'COMPLETED' || isCancelled(run)) return 'stays';
  const isPromoted = run.version === processor.version;
  if (run.state === 'FAILED') return isPromoted ? 'stays' : 'returns';
  return isPromoted && mayBeAtWork(run, processor, now) ? 'is waited for' : 'returns';
}

const resultOf = ({ processorId, generation, version = '' }: Run, blobId: string): string =>
  derivedBlobId(blobId, processorId, version, generation);

/** The run completed: its candidate had registered the result, and not told more when it went. */
function complete({ id, runs }: IndexEntry, run: Run, at: Date): EntryDecision | null {
  const { processorId: processor_id, attempt, generation } = run;
  const report = { blob_id: id, processor_id, state: 'COMPLETED', attempt, generation } as const;
  const changed = applyReport(runs, report, at);
  return changed && { runs: changed.runs, events: [{ kind: 'completed', run: changed.run }] };
}

/** Takes a run back from its candidate. Idempotent. */
async function takeBack(
  deps: ReturningDependencies,
  processor: Ended,
  { userId, id, runs }: Pick<IndexEntry, 'userId' | 'id' | 'runs'>,
  isMade: boolean,
): Promise<void> {
  const before = blobRun(runs, processor.id);
  // All others are in hand, or held, already.
  const held = before?.state === 'FAILED' && !isMade ? await deps.turns.take(userId, [processor.id]) : [];
  await changeIfThere(deps, userId, id, (entry) => {
    const now = deps.clock.now();
    const run = blobRun(entry.runs, processor.id);
    if (!run || fateOf(run, processor, now) !== 'returns') return null;
    if (isMade) return complete(entry, run, now);
    return request(applyReturn(entry.runs, run, now), isHeld(run) ? [processor.id] : held);
  });
}

/** Takes these runs back; one statement finds those whose result is registered. */
async function takeAllBack(
  deps: ReturningDependencies,
  processor: Ended,
  entries: readonly Pick<IndexEntry, 'userId' | 'id' | 'runs'>[],
): Promise<void> {
  const results = new Map(
    entries.flatMap(({ id, runs }) => {
      const run = blobRun(runs, processor.id);
      return run ? [[id, resultOf(run, id)] as const] : [];
    }),
  );
  const known = results.size > 0 ? await deps.store.known([...results.values()]) : [];
  const made = new Set(known.map(({ id }) => id));
  await pMap(entries, (entry) => takeBack(deps, processor, entry, made.has(results.get(entry.id) ?? '')), {
    concurrency: AT_ONCE,
  });
}

/** Looks at the next page of the index. */
async function lookOn(
  deps: ReturningDependencies,
  processor: Ended,
  walk: IndexWalk,
  page: readonly [ScannedEntry, ...ScannedEntry[]],
): Promise<Step> {
  const now = deps.clock.now();
  const fates = page.map((entry) => ({
    entry,
    fate: fateOf(blobRun(entry.runs, processor.id), processor, now),
  }));
  const of = (fate: Fate) => fates.filter((one) => one.fate === fate).map(({ entry }) => entry);
  const back = of('returns');
  await takeAllBack(deps, processor, back);
  const waiting = of('is waited for').map(({ userId, id }): EntryPlace => ({ userId, id }));
  const batch = [...walk.batch, ...waiting].slice(0, MAX_WAITING);
  const [last] = page.slice(-1);
  const after = last ? { userId: last.userId, id: last.id } : walk.after;
  const [scanned, planned] = [walk.scanned + page.length, walk.planned + back.length];
  return {
    walk: { ...walk, scanned, planned, finishedRuns: planned, batch, after, obstacle: null },
    waits: false,
  };
}

/** Takes back what a promoted candidate's process does not seem to finish. */
async function settle(deps: ReturningDependencies, processor: Ended, walk: IndexWalk): Promise<Step> {
  const entries = await entriesAt(deps.store, walk.batch);
  const now = deps.clock.now();
  const fateAt = ({ id }: EntryPlace) =>
    fateOf(blobRun(entries.get(id)?.runs ?? [], processor.id), processor, now);
  const back = walk.batch.filter((place) => fateAt(place) === 'returns');
  await takeAllBack(
    deps,
    processor,
    back.flatMap(({ id }) => entries.get(id) ?? []),
  );
  const batch = walk.batch.filter((place) => fateAt(place) === 'is waited for');
  if (batch.length === walk.batch.length) return waitsFor(walk, null);
  const planned = walk.planned + back.length;
  return { walk: { ...walk, batch, planned, finishedRuns: planned }, waits: batch.length > 0 };
}

async function step(deps: ReturningDependencies, walk: IndexWalk): Promise<Step> {
  const processor = await deps.processors.get(walk.processorId);
  // Its retirement fails its runs.
  if (!processor || processor.status === 'retired') return finished(deps, walk);
  const [first, ...more] = await nextPage(deps, walk);
  if (first) return lookOn(deps, processor, walk, [first, ...more]);
  if (walk.batch.length > 0) return settle(deps, processor, walk);
  deps.logger.info(
    { processor: processor.id, runs: walk.planned },
    'asked the present version for a candidate’s runs',
  );
  return finished(deps, walk);
}

/** Has the present version make what a candidate has left, after its end; after a crash another process continues. */
export const createReturningSweeper = (deps: ReturningDependencies): Sweeper =>
  createWalkSweeper(deps, {
    what: 'taking a candidate’s runs back',
    walks: deps.store.canaryEnds,
    step: (walk) => step(deps, walk),
  });
