import { getPriority, setPriority } from 'node:os';

/**
 * The nice value (0 to 19) of threads and processes that compute: an event loop that a request waits for gets a core as
 * soon as it has something to do, and what computes has what is left, some tenth of a core where a loop is always busy.
 */
export const NICENESS = 10;

/**
 * The nice value of processes whose event loop mostly works on events, which nobody waits for by the millisecond: on a
 * full machine they have a third of what those have that only answer.
 */
export const NICENESS_ON_EVENTS = 5;

/** Has a process that computes give way to event loops. Called ahead of all work: threads are as whoever made them. */
export function giveWay(niceness = NICENESS): void {
  // Who was started with less may not take more.
  if (getPriority() < niceness) setPriority(niceness);
}

/**
 * As {@link giveWay}, the thread that calls it. On Linux alone, where a thread has a priority of its own
 * (setpriority(2)): on other systems it would be that of the whole process.
 */
export function giveWayAsThread(): void {
  if (process.platform === 'linux') giveWay();
}
