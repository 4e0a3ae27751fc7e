/** Shorter measurements are too noisy. */
const WINDOW_MS = 10;

/**
 * Tells which part of the time the event loop of this process was busy, 0 to 1, in the last whole stretch of at least
 * 10 ms. `now`: milliseconds; default, those of `performance.now()`.
 */
export function createLoopUse(now: () => number = () => performance.now()): () => number {
  let since = now();
  let before = performance.eventLoopUtilization();
  let use = 0;
  return () => {
    if (now() - since < WINDOW_MS) return use;
    since = now();
    const current = performance.eventLoopUtilization();
    use = performance.eventLoopUtilization(current, before).utilization;
    before = current;
    return use;
  };
}
