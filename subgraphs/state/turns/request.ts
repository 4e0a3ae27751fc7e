import {
  type ChangeDependencies,
  changeEntry,
  changeIfThere,
  type EntryDecision,
} from '../entries/changes.ts';
import { applyHandOut, applyHold, blobRun, type ChangedRuns } from '../entries/runs.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import type { EntryPlace } from '../store/scans.ts';
import type { Turns } from './turns.ts';

/** Asks the run's processor, or not yet where it is among those that are `held`. */
export function request(changed: ChangedRuns, held: readonly string[]): EntryDecision {
  const { runs, run } = changed;
  if (!held.includes(run.processorId)) return { runs, events: [{ kind: 'retried', run }] };
  // It was asked for, and is shown as that; no processor takes this kind.
  return { runs: applyHold(runs, changed).runs, events: [{ kind: 'processing', run }] };
}

/**
 * Asks a processor for its run of an entry when it is the user's turn. `change` may throw: what is refused takes no turn.
 * @param read the entry, which has just been read
 */
export async function requestInTurn(
  deps: ChangeDependencies & { readonly turns: Pick<Turns, 'take'> },
  read: IndexEntry,
  processorId: string,
  change: (entry: IndexEntry) => ChangedRuns,
): Promise<IndexEntry> {
  change(read);
  const held = await deps.turns.take(read.userId, [processorId]);
  return changeEntry(deps, read.userId, read.id, (entry) => request(change(entry), held), read);
}

/** Asks the processor for its run once more, if that is still due. `read`: the entry, if it has just been read. */
export const handOut = (
  deps: ChangeDependencies,
  { userId, id }: EntryPlace,
  processorId: string,
  isDue: (run: Run) => boolean,
  read?: IndexEntry,
): Promise<IndexEntry | null> =>
  changeIfThere(
    deps,
    userId,
    id,
    ({ runs }) => {
      const run = blobRun(runs, processorId);
      return run && isDue(run) ? request(applyHandOut(runs, run, deps.clock.now()), []) : null;
    },
    read,
  );
