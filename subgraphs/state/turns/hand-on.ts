import pMap from 'p-map';
import { createSweeper, type Sweeper } from '../background/sweeper.ts';
import type { WalkDependencies } from '../background/walk.ts';
import type { ChangeDependencies } from '../entries/changes.ts';
import { isHeld } from '../entries/runs.ts';
import type { StateStore } from '../store/store.ts';
import type { HeldEntry, TurnStore } from '../store/turns.ts';
import { handOut } from './request.ts';
import type { Turns } from './turns.ts';

export interface TurnSweeperDependencies extends ChangeDependencies, Pick<WalkDependencies, 'logger'> {
  readonly store: ChangeDependencies['store'] & Pick<StateStore, 'entries'> & TurnStore;
  readonly turns: Pick<Turns, 'counted' | 'isWorthALook' | 'handedOut'>;
}

/** Entries read at once. */
const PAGE = 100;
const USERS = 100;
const USERS_AT_ONCE = 4;
const WRITTEN_AT_ONCE = 8;

/** The first of these runs that have room, by entry; and the processors of the others. */
function chosen(held: readonly HeldEntry[], roomOf: (processorId: string) => number) {
  const taken = new Map<string, number>();
  const waiting = new Set<string>();
  const runs = held.flatMap(({ id, processorIds }) =>
    processorIds.flatMap((processorId) => {
      const before = taken.get(processorId) ?? 0;
      if (before >= roomOf(processorId)) {
        waiting.add(processorId);
        return [];
      }
      taken.set(processorId, before + 1);
      return [{ id, processorId }];
    }),
  );
  return { runs, taken, waiting };
}

type Chosen = ReturnType<typeof chosen>;

/** One after the other of each blob: they are writes of one entry. */
async function handOutAll(deps: TurnSweeperDependencies, userId: string, { runs }: Chosen): Promise<void> {
  if (runs.length === 0) return;
  const entries = await deps.store.entries(userId, [...new Set(runs.map(({ id }) => id))]);
  await pMap(
    new Map(entries.map((entry) => [entry.id, entry])),
    async ([id, entry]) => {
      for (const run of runs) if (run.id === id) await handOut(deps, entry, run.processorId, isHeld, entry);
    },
    { concurrency: WRITTEN_AT_ONCE },
  );
}

/**
 * Hands out a user's held runs, the oldest first, as far as there is room. In several processes at once they are the same
 * runs, and each is handed out once: not where it was cancelled, or another process was first.
 */
export async function handOn(
  deps: TurnSweeperDependencies,
  userId: string,
  signal: AbortSignal,
): Promise<void> {
  const { store, turns } = deps;
  while (!signal.aborted) {
    const outstanding = await store.outstandingRuns(userId);
    if (!outstanding) return;
    const roomOf = turns.counted(userId, outstanding);
    if (!turns.isWorthALook(userId, roomOf)) return;
    const full = [...outstanding.keys()].filter((id) => roomOf(id) === 0);
    const held = await store.heldEntries(userId, { except: full, limit: PAGE });
    const choice = chosen(held, roomOf);
    await handOutAll(deps, userId, choice);
    const isWhole = held.length < PAGE;
    const waiting = new Set([...full, ...choice.waiting, ...(isWhole ? [] : choice.taken.keys())]);
    turns.handedOut(userId, { taken: choice.taken, waiting, isWhole });
    if (isWhole || choice.runs.length === 0) return;
  }
}

/** Hands out held runs when others of their user have ended, in whichever process. */
export function createTurnSweeper(deps: TurnSweeperDependencies): Sweeper {
  let after = '';
  return createSweeper({
    what: 'handing out held runs',
    async find() {
      const users = await deps.store.heldUsers({ after, limit: USERS });
      // All have their turn, however many there are.
      after = users.length < USERS ? '' : (users.at(-1) ?? '');
      return users;
    },
    work: ([userId], signal) => handOn(deps, userId, signal),
    concurrency: USERS_AT_ONCE,
    logger: deps.logger,
  });
}
