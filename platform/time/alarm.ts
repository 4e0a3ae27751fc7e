import type { Clock } from './clock.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Beyond a minute, so many share one of Node's lists: it keeps one for each number of milliseconds. */
const SHARED_MS = 1_000;

const shared = (ms: number): number => (ms > 60_000 ? Math.ceil(ms / SHARED_MS) * SHARED_MS : ms);

/** Acts once the clock says `at`, however far ahead that is: within a second where that is a minute or more. @returns a function that calls it off */
export function alarmAt(at: Date, clock: Clock, act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = at.getTime() - clock.now().getTime();
    timer = setTimeout(left > LONGEST_TIMER_MS ? wait : act, Math.min(shared(left), LONGEST_TIMER_MS));
  };
  wait();
  return () => clearTimeout(timer);
}
