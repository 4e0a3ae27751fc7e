import { LRUCache } from 'lru-cache';
import type { Clock } from '../time/clock.ts';
import { type Grant, grant } from './gcra.ts';
import { MOST_KEYS, type Rate, type RateLimiter, type Taken } from './rate.ts';

const takenOf = ({ granted, left, nextMs }: Grant): Taken => ({ isAllowed: granted > 0, left, nextMs });

/** Counts in the memory of the process: a number for each key that was heard of in the last window. `most` default: 100,000. */
export function createMemoryLimiter(rate: Rate, clock: Clock, most = MOST_KEYS): RateLimiter {
  const kept = new LRUCache<string, number>({ max: most });
  return {
    rate,
    take(key) {
      const taken = grant(rate, kept.get(key), clock.now().getTime());
      kept.set(key, taken.fullAt);
      return takenOf(taken);
    },
    isSpent(key) {
      const looked = grant(rate, kept.get(key), clock.now().getTime(), 0);
      return looked.left === 0 ? { isAllowed: false, left: 0, nextMs: looked.nextMs } : undefined;
    },
  };
}
