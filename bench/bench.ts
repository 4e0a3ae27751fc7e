import { setTimeout as delay } from 'node:timers/promises';

export interface BenchmarkOptions {
  /** How often each peer has its turn. */
  readonly rounds: number;
  /** How long a turn is, where it is told by time. */
  readonly turnMs: number;
  /** How many requests a benchmark that counts them sends. */
  readonly requests: number;
  /** Path of a router's program, as one more peer. */
  readonly router: string | undefined;
  /** Ids of the peers, and of the workloads, that take part; none: all do. */
  readonly peers: readonly string[];
  readonly workloads: readonly string[];
}

/** A benchmark: measures, and tells what it found as Markdown. */
export interface Benchmark {
  /** Whether it goes by rounds. Default: true. */
  readonly inRounds?: boolean;
  run(options: BenchmarkOptions): Promise<string>;
}

/** Tells how far a benchmark is, on a line of its own. */
export const progress = (line: string): void => console.error(line);

/** Asks until the condition holds. @throws when it does not within the time */
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

/** Whether a service says that it is ready. */
export const isReady = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/ready`).catch(() => undefined))?.status === 200;
