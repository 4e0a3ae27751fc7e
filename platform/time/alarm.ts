import type { Clock } from './clock.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Acts once the clock says `at`, however far ahead that is. @returns a function that calls it off */
export function alarmAt(at: Date, clock: Clock, act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = at.getTime() - clock.now().getTime();
    timer = setTimeout(left > LONGEST_TIMER_MS ? wait : act, Math.min(left, LONGEST_TIMER_MS));
  };
  wait();
  return () => clearTimeout(timer);
}
