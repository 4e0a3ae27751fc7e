import { LRUCache } from 'lru-cache';
import type { Clock } from '../../time/clock.ts';
import { withoutDeadline } from '../../time/deadline.ts';

/** Tells which services are of a release that has keys of its own. */
export interface Peers {
  /** False for one of the release before, and for one that does not answer. Never rejects. */
  hasKeys(baseUrl: string): Promise<boolean>;
}

const MAX_PEERS = 1_000;
const NEW_FOR_MS = 60_000;
/** A service that was replaced by a newer release is called in the new form within this time. */
const OLD_FOR_MS = 1_000;

/** Asks a service for its keys before the first call, and again from time to time. */
export function createPeers({
  fetch,
  clock,
}: {
  fetch: (baseUrl: string) => Promise<readonly string[]>;
  clock: Clock;
}): Peers {
  const known = new LRUCache<string, Promise<boolean>>({
    max: MAX_PEERS,
    ttlResolution: 0,
    perf: { now: () => clock.now().getTime() },
  });
  return {
    hasKeys(baseUrl) {
      const asked = known.get(baseUrl);
      if (asked) return asked;
      const answer = withoutDeadline(() => fetch(baseUrl)).then(
        (keys) => keys.length > 0,
        () => false,
      );
      known.set(baseUrl, answer, { ttl: NEW_FOR_MS });
      void answer.then((isNew) => {
        if (!isNew) known.set(baseUrl, answer, { ttl: OLD_FOR_MS });
      });
      return answer;
    },
  };
}
