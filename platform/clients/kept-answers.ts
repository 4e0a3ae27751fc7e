import { LRUCache } from 'lru-cache';
import type { Clock } from '../time/clock.ts';
import { withoutDeadline } from '../time/deadline.ts';

/** Answers of another service by what was asked, kept here so that it is not asked each time. */
export interface KeptAnswers<T> {
  /** Never older than `freshMs + graceMs` while the service answers. @throws what `load` throws, until it first succeeds */
  get(key: string): Promise<T>;
  /** A fresh answer that is there without waiting; undefined where there is none. */
  peek(key: string): T | undefined;
  /** Asks the service again, after this call, unless it failed within `retryMs`. @throws like {@link get} */
  renewed(key: string): Promise<T>;
}

export interface KeptAnswersOptions<T> {
  /** Asks the service: once for all who wait for a key, and without the deadline of any of them. */
  load(key: string): Promise<T>;
  /** Answers that are kept, the last used. */
  readonly max: number;
  /** Milliseconds for which an answer is taken as it is. */
  readonly freshMs: number;
  /** Milliseconds after that in which it is still taken, while it is renewed behind. Default 0. */
  readonly graceMs?: number;
  /** Milliseconds until the service is asked again after it failed. */
  readonly retryMs: number;
  readonly clock: Clock;
}

interface Answer<T> {
  readonly value: T;
  /** The service failed since: it is what it answered before. */
  readonly isFallback: boolean;
}

/** lru-cache takes what is exactly as old as its time to live as fresh. */
const ttlOf = (freshMs: number): number => freshMs - 1;

/** Keeps answers, renews them when they are old, and falls back to them when the service does not answer. */
export function keepAnswers<T>(options: KeptAnswersOptions<T>): KeptAnswers<T> {
  const { load, max, freshMs, graceMs = 0, retryMs, clock } = options;
  const answers = new LRUCache<string, Answer<T>>({
    max,
    ttl: ttlOf(freshMs),
    ttlResolution: 0,
    // It takes 0 as no time.
    perf: { now: () => clock.now().getTime() + 1 },
    // One that makes room meanwhile is still answered.
    ignoreFetchAbort: true,
    async fetchMethod(key, before, { options: kept }) {
      try {
        return { value: await withoutDeadline(() => load(key)), isFallback: false };
      } catch (error) {
        if (!before) throw error;
        kept.ttl = ttlOf(retryMs);
        return { value: before.value, isFallback: true };
      }
    },
  });
  const isWithin = (key: string, ms: number) => answers.getRemainingTTL(key) >= -ms;
  return {
    peek: (key) => answers.peek(key)?.value,
    async get(key) {
      return (await answers.forceFetch(key, { allowStale: isWithin(key, graceMs) })).value;
    },
    async renewed(key) {
      const kept = answers.peek(key, { allowStale: true });
      if (kept?.isFallback && isWithin(key, 0)) return kept.value;
      const status: LRUCache.Status<string, Answer<T>> = {};
      const answer = answers.forceFetch(key, { forceRefresh: true, status });
      if (status.fetch !== 'inflight') return (await answer).value;
      // What is under way may have been answered before this call.
      await answer.catch(() => undefined);
      return (await answers.forceFetch(key, { forceRefresh: true })).value;
    },
  };
}
