import { setTimeout as delay } from 'node:timers/promises';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import type { Backfill, BackfillStore } from '../store/backfills.ts';
import type { EntryPlace } from '../store/scans.ts';
import { createSweeper, nextAttempt, type Sweeper } from '../sweeper.ts';

export interface WalkDependencies extends Pick<StateDependencies, 'clock'> {
  readonly logger: Logger;
  /** Milliseconds between two looks at what a walk waits for, at most. Default: 250. */
  readonly everyMs?: number;
}

/** A kind of walk through the index, and how it goes on. */
export interface WalkKind {
  /** For the log, e.g. `a backfill`. */
  readonly what: string;
  readonly walks: Pick<BackfillStore, 'backfill' | 'claimBackfill' | 'saveBackfill' | 'dueBackfills'>;
  /** The next thing to do. What it changes is saved before the step after it is taken. */
  step(walk: Backfill): Promise<Step>;
}

/** A walk after a step; `waits` when there is nothing to do for now. */
export interface Step {
  readonly backfill: Backfill;
  readonly waits: boolean;
}

/** Walks of one kind at once. */
const CONCURRENCY = 2;
/** A walk whose process died is taken up again after this long. */
const LEASE_MS = 30_000;
/** Then others have their turn. */
const TURN_MS = 10_000;
const FIRST_LOOK_MS = 25;
const EVERY_MS = 250;

export const waitsFor = (backfill: Backfill, obstacle: string | null): Step => ({
  // The same one where nothing has changed: it need not be saved.
  backfill: backfill.obstacle === obstacle ? backfill : { ...backfill, obstacle },
  waits: true,
});

export const finished = ({ clock }: Pick<WalkDependencies, 'clock'>, backfill: Backfill): Step => ({
  backfill: { ...backfill, batch: [], obstacle: null, finishedAt: clock.now() },
  waits: false,
});

/** The entries that are still at these places, by id. */
export async function entriesAt(
  { store }: Pick<StateDependencies, 'store'>,
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

/** One turn of a walk that this process has claimed. */
async function advance(
  { clock, everyMs = EVERY_MS }: WalkDependencies,
  { walks, step }: WalkKind,
  claimed: Backfill,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + TURN_MS;
  let backfill = claimed;
  let waitMs = FIRST_LOOK_MS;
  while (performance.now() < until && !signal.aborted) {
    const next = await step(backfill);
    const isSaved = next.backfill === backfill;
    ({ backfill } = next);
    if (backfill.finishedAt) {
      await walks.saveBackfill(backfill, null);
      return;
    }
    const lease = new Date(clock.now().getTime() + LEASE_MS);
    // Another process has it: this one was thought dead.
    if (!isSaved && !(await walks.saveBackfill(backfill, lease))) return;
    waitMs = isSaved ? Math.min(waitMs * 2, everyMs) : Math.min(FIRST_LOOK_MS, everyMs);
    if (next.waits) await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
  await walks.saveBackfill(backfill, clock.now());
}

/** Takes a walk up where it was left, unless another process has it. Nothing is lost or asked for twice. */
async function goOn(
  deps: WalkDependencies,
  kind: WalkKind,
  processorId: string,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = deps;
  const { walks } = kind;
  const now = clock.now();
  const claimed = await walks.claimBackfill(processorId, now, new Date(now.getTime() + LEASE_MS));
  if (!claimed) return;
  try {
    await advance(deps, kind, claimed, signal);
  } catch (error) {
    // As it was saved last: the same step is taken again.
    const saved = await walks.backfill(processorId);
    if (saved?.lease === claimed.lease) {
      const obstacle = error instanceof BlobgraphError ? error.message : 'It failed, and is tried again.';
      await walks.saveBackfill({ ...saved, obstacle }, nextAttempt(saved.startedAt, clock.now()));
    }
    throw error;
  }
}

/** Goes on with walks of one kind until they are finished, whichever process began them. */
export function createWalkSweeper(deps: WalkDependencies, kind: WalkKind): Sweeper {
  const stopping = new AbortController();
  const sweeper = createSweeper({
    what: kind.what,
    find: () => kind.walks.dueBackfills(deps.clock.now(), CONCURRENCY),
    work: ([processorId]) => goOn(deps, kind, processorId, stopping.signal),
    concurrency: CONCURRENCY,
    logger: deps.logger,
  });
  return {
    nudge: (processorId) => sweeper.nudge(processorId),
    start: () => sweeper.start(),
    stop() {
      stopping.abort();
      return sweeper.stop();
    },
  };
}
