import type { Run } from './records.ts';

/**
 * Whether a run waits for its turn, or its processor was asked and has not finished it; null for any other. The mark alone
 * does not say it: a process of the release before leaves it on runs that it ends.
 */
export function turnOf({ held, artifact, state }: Run): 'held' | 'taken' | null {
  if (held && state === 'PENDING') return 'held';
  return artifact === null && (state === 'PENDING' || state === 'PROCESSING') ? 'taken' : null;
}

/** An entry with runs that are held back. */
export interface HeldEntry {
  readonly id: string;
  /** Of the held runs that were looked for. */
  readonly processorIds: readonly string[];
}

/** Runs that wait for their user's turn. What is counted is what the runs of the entries say: nothing else is kept. */
export interface TurnStore {
  /**
   * By processor, how many of the user's runs it was asked for that have not ended; without those of artifacts. Null while
   * the upkeep has yet to build the indexes that count them: nothing is held until then.
   */
  outstandingRuns(userId: string): Promise<ReadonlyMap<string, number> | null>;
  /** The user's entries with held runs of any processors except these, the oldest first. */
  heldEntries(
    userId: string,
    request: { readonly except: readonly string[]; readonly limit: number },
  ): Promise<HeldEntry[]>;
  /** Users with held runs, in order, starting after `after`; none while they cannot be counted. */
  heldUsers(page: { readonly after: string; readonly limit: number }): Promise<string[]>;
}
