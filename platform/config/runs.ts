/** Times and counts of a processor's runs. */
export interface RunSettings {
  /** Milliseconds after which a delivery that nobody works on any more is made again. Default 30,000. */
  readonly ackWaitMs: number;
  /** Milliseconds between signs of life of a run. Default 10,000. */
  readonly workingEveryMs: number;
  /** Milliseconds between two reports of a run's progress, at least. Default 1,000. */
  readonly progressEveryMs: number;
  /** Deliveries of one event, the first included. Default 5. */
  readonly maxDeliver: number;
  /** Milliseconds before the 2nd, 3rd, … delivery; the last value repeats. Default 1, 5, 15 and 60 s. */
  readonly backoffMs: readonly number[];
  /** Milliseconds for which a delivery waits in place for services and stores that are away. Default 600,000. */
  readonly patienceMs: number;
  /** Milliseconds between two tries meanwhile, at most. Default 2,000. */
  readonly patienceStepMs: number;
  /** Milliseconds before an event that another version takes is passed on, the first time; doubles, to 64 times as long. Default 250. */
  readonly passMs: number;
  /** How often an event is passed on before its run fails. Default 60: some 15 minutes. */
  readonly maxPasses: number;
  /** Milliseconds that runs have to end when the processor stops. Default 4,000. */
  readonly stopWithinMs: number;
  /** Milliseconds between two searches for results that the index was not told of. Default 2,000. */
  readonly sweepEveryMs: number;
  /** Milliseconds for which a result is left to whoever stored it. Default 10,000. */
  readonly sweepGraceMs: number;
}

export const defaultSettings: RunSettings = {
  ackWaitMs: 30_000,
  workingEveryMs: 10_000,
  progressEveryMs: 1_000,
  maxDeliver: 5,
  backoffMs: [1_000, 5_000, 15_000, 60_000],
  patienceMs: 600_000,
  patienceStepMs: 2_000,
  passMs: 250,
  maxPasses: 60,
  stopWithinMs: 4_000,
  sweepEveryMs: 2_000,
  sweepGraceMs: 10_000,
};

/** The longest time limit that a processor may ask for. */
export const MAX_TIMEOUT_SECONDS = 3_600;

/** How long an event may be worked on by these settings: each delivery to its time limit, with all waits in and between. */
export function longestWorkSeconds(timeoutSeconds: number, settings = defaultSettings): number {
  const { ackWaitMs, backoffMs, maxDeliver, patienceMs, sweepEveryMs, sweepGraceMs } = settings;
  const waits = Array.from(
    { length: maxDeliver - 1 },
    (_, index) => backoffMs[index] ?? backoffMs.at(-1) ?? 0,
  );
  const waitMs = waits.reduce((sum, wait) => sum + wait, 0) + sweepGraceMs + sweepEveryMs;
  return Math.ceil(maxDeliver * (timeoutSeconds + (ackWaitMs + patienceMs) / 1_000) + waitMs / 1_000);
}
