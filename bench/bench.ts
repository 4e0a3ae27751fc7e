import { setTimeout as delay } from 'node:timers/promises';

/** A benchmark: measures, and tells what it found as Markdown. */
export interface Benchmark {
  /** `rounds`: how often each peer has its turn. */
  run(options: { rounds: number }): Promise<string>;
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
