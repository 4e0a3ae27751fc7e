import { getPriority, setPriority } from 'node:os';

/**
 * The nice value (0 to 19) of threads and processes that compute: an event loop that a request waits for gets a core as
 * soon as it has something to do, and what computes has what is left, some tenth of a core where a loop is always busy.
 */
export const NICENESS = 10;

/** Has a process that computes give way to event loops. Called ahead of all work: threads are as whoever made them. */
export function giveWay(): void {
  // Who was started with less may not take more.
  if (getPriority() < NICENESS) setPriority(NICENESS);
}

/**
 * As {@link giveWay}, the thread that calls it. On Linux alone, where a thread has a priority of its own
 * (setpriority(2)): on other systems it would be that of the whole process.
 */
export function giveWayAsThread(): void {
  if (process.platform === 'linux') giveWay();
}
