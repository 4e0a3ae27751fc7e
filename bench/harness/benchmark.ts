import { setTimeout as delay } from 'node:timers/promises';

export interface BenchmarkOptions {
  /** Turns of each peer. */
  readonly rounds: number;
  /** Length of a turn in milliseconds, for benchmarks that go by time. */
  readonly turnMs: number;
  /** Requests to send, for benchmarks that count them. */
  readonly requests: number;
  /** Path of a router's binary, measured as one more peer. */
  readonly router: string | undefined;
  /** Folder of another build of this project, which is measured beside this one. */
  readonly before: string | undefined;
  /** Ids of the peers to measure; empty for all. */
  readonly peers: readonly string[];
  /** Ids of the workloads to run; empty for all. */
  readonly workloads: readonly string[];
}

/** A benchmark; `run` returns its results as Markdown. */
export interface Benchmark {
  /** Whether the report says how many rounds there were. Default: true. */
  readonly inRounds?: boolean;
  run(options: BenchmarkOptions): Promise<string>;
}

/** Prints a line about the progress of a benchmark. */
export const progress = (line: string): void => console.error(line);

/** Polls until the condition holds. @throws when it does not within the time; `what` names it */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  { withinMs, everyMs }: { withinMs: number; everyMs: number },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await delay(everyMs);
  }
}

/** Whether a service reports that it is ready. */
export const isReady = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/ready`).catch(() => undefined))?.status === 200;
