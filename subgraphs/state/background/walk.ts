import type { ProcessorCatalog } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { pause } from '../../../platform/time/pause.ts';
import type { ChangeDependencies } from '../entries/changes.ts';
import type { IndexEntry } from '../store/records.ts';
import type { EntryPlace, ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { IndexWalk, WalkStore } from '../store/walks.ts';
import { createSweeper, nextAttempt, type Sweeper } from './sweeper.ts';

export interface WalkDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Maximum milliseconds between two steps of a walk that waits. Default 250. */
  readonly everyMs?: number;
}

/** Dependencies of a walk that changes entries. */
export interface ChangingWalkDependencies extends WalkDependencies, ChangeDependencies {
  readonly store: ChangeDependencies['store'] & Pick<StateStore, 'scanEntries'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  /** Entries read at once. Default 500. */
  readonly pageSize?: number;
}

/** Dependencies of a walk that requests runs, behind live events. */
export interface RequestingWalkDependencies extends ChangingWalkDependencies {
  /** Counts the events that wait for the processor: a batch begins only when there are none. */
  readonly eventLog: Pick<EventLog, 'waiting'>;
}

const PAGE = 500;

interface PageDependencies {
  readonly store: Pick<StateStore, 'scanEntries'>;
  readonly pageSize?: number;
}

/** The next page of the index. */
export const nextPage = (
  { store, pageSize = PAGE }: PageDependencies,
  { after }: Pick<IndexWalk, 'after'>,
): Promise<ScannedEntry[]> => store.scanEntries({ limit: pageSize, ...(after ? { after } : {}) });

/** A kind of walk through the index. */
export interface WalkKind {
  /** Its name in the log, e.g. `a backfill`. */
  readonly what: string;
  readonly walks: Pick<WalkStore, 'walk' | 'claimWalk' | 'saveWalk' | 'dueWalks'>;
  /** Takes the next step. Its result is saved before the step after it. */
  step(walk: IndexWalk): Promise<Step>;
}

/** A walk after a step. */
export interface Step {
  /** The same object when nothing has changed: it is not saved then. */
  readonly walk: IndexWalk;
  /** True when there is nothing to do for now. */
  readonly waits: boolean;
}

/** Concurrent walks of one kind. */
const CONCURRENCY = 2;
/** Another process continues the walk of a dead one after this long. */
const LEASE_MS = 30_000;
/** After this long, another walk has its turn. */
const TURN_MS = 10_000;
const FIRST_LOOK_MS = 25;
const EVERY_MS = 250;

export const waitsFor = (walk: IndexWalk, obstacle: string | null): Step => ({
  // The same object when nothing has changed: it need not be saved.
  walk: walk.obstacle === obstacle ? walk : { ...walk, obstacle },
  waits: true,
});

export const finished = ({ clock }: Pick<WalkDependencies, 'clock'>, walk: IndexWalk): Step => ({
  walk: { ...walk, batch: [], obstacle: null, finishedAt: clock.now() },
  waits: false,
});

/** The existing entries at these places, by id. */
export async function entriesAt(
  store: Pick<StateStore, 'entries'>,
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

/** Takes steps of a walk that this process has claimed. */
async function advance(
  { clock, everyMs = EVERY_MS }: WalkDependencies,
  { walks, step }: WalkKind,
  claimed: IndexWalk,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + TURN_MS;
  let walk = claimed;
  let waitMs = FIRST_LOOK_MS;
  while (performance.now() < until && !signal.aborted) {
    const next = await step(walk);
    const isSaved = next.walk === walk;
    ({ walk } = next);
    if (walk.finishedAt) {
      await walks.saveWalk(walk, null);
      return;
    }
    const lease = new Date(clock.now().getTime() + LEASE_MS);
    // Another process has claimed it.
    if (!isSaved && !(await walks.saveWalk(walk, lease))) return;
    waitMs = isSaved ? Math.min(waitMs * 2, everyMs) : Math.min(FIRST_LOOK_MS, everyMs);
    if (next.waits) await pause(waitMs, signal);
  }
  await walks.saveWalk(walk, clock.now());
}

/** Continues a walk where it was left, unless another process has it. */
async function goOn(
  deps: WalkDependencies,
  kind: WalkKind,
  processorId: string,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = deps;
  const { walks } = kind;
  const now = clock.now();
  const claimed = await walks.claimWalk(processorId, now, new Date(now.getTime() + LEASE_MS));
  if (!claimed) return;
  try {
    await advance(deps, kind, claimed, signal);
  } catch (error) {
    // As last saved: the same step is taken again.
    const saved = await walks.walk(processorId);
    if (saved?.lease === claimed.lease) {
      const obstacle = error instanceof BlobgraphError ? error.message : 'It failed and is retried.';
      await walks.saveWalk({ ...saved, obstacle }, nextAttempt(saved.startedAt, clock.now()));
    }
    throw error;
  }
}

/** Continues walks of one kind until they are finished, whichever process began them. */
export const createWalkSweeper = (deps: WalkDependencies, kind: WalkKind): Sweeper =>
  createSweeper({
    what: kind.what,
    find: () => kind.walks.dueWalks(deps.clock.now(), CONCURRENCY),
    work: ([processorId], signal) => goOn(deps, kind, processorId, signal),
    concurrency: CONCURRENCY,
    logger: deps.logger,
  });
