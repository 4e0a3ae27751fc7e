/** A processor as the graph shows it. */
export interface Processor {
  readonly id: string;
  readonly version: string;
  readonly status: 'ACTIVE' | 'PAUSED' | 'RETIRED';
  /** ISO 8601; null: no operator ever changed it. */
  readonly statusSince: string | null;
  /** One line, shown to users; null: none was given. */
  readonly statusReason: string | null;
  readonly health: Pick<Health, 'status'>;
}

/** How a processor is. A figure is null where its subgraph does not answer. */
export interface Health {
  /** `UNKNOWN`, `UP`, `DEGRADED` or `DOWN`. */
  readonly status: string;
  /** Null where it did not answer. */
  readonly latencyMs: number | null;
  /** Why it is not `UP`. */
  readonly reason: string | null;
  readonly queueDepth: number | null;
  readonly queueDepthIsExact: boolean | null;
  /** Null also where none waits. */
  readonly oldestWaitingSeconds: number | null;
  readonly inWork: number | null;
  readonly endedRuns: number | null;
  readonly failedRuns: number | null;
  readonly windowSeconds: number | null;
  /** The present version's (null), then a candidate's. */
  readonly versions: readonly VersionHealth[] | null;
  readonly deadLetters: number | null;
}

/** How one version fares. */
export interface VersionHealth {
  readonly version: string | null;
  readonly endedRuns: number;
  readonly failedRuns: number;
}

/** A processor in the list. */
export interface ListedProcessor extends Processor {
  /** The candidate beside the present version. */
  readonly canary: { readonly version: string; readonly share: number } | null;
  readonly health: Health;
}
