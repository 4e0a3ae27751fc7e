/** What a processor has to do, of all users. Runs of artifacts do not count. */
export interface Workload {
  /** Runs that are PENDING, held ones too: at most {@link MOST_COUNTED}. */
  readonly waiting: number;
  /** Whether no more than `waiting` wait. */
  readonly isExact: boolean;
  /** When the oldest of them was asked for; null while none waits. */
  readonly oldestAt: Date | null;
  /** Runs that are PROCESSING: at most {@link MOST_COUNTED}. */
  readonly inWork: number;
}

export const NO_WORK: Workload = { waiting: 0, isExact: true, oldestAt: null, inWork: 0 };

/** Counting ends here, so that a look costs the same however many wait. */
export const MOST_COUNTED = 10_000;

export interface WorkloadStore {
  /**
   * What these processors have to do, as the runs of all entries say: nothing else is kept. Those without any run are left
   * out. Null while the upkeep has yet to build the index that counts them.
   */
  workloads(processorIds: readonly string[]): Promise<ReadonlyMap<string, Workload> | null>;
}
