import { LRUCache } from 'lru-cache';
import type { Clock } from '../../time/clock.ts';

/** A token's claims, and until when it is accepted. */
export interface Verified<Claims> {
  readonly claims: Claims;
  readonly until: Date;
}

/** Some 5,000 usual tokens. */
const CACHE_BYTES = 16 * 1024 * 1024;
/** Of one, beside its text and what its claims hold. */
const ENTRY_BYTES = 400;
/** A key that is withdrawn stops working within this time. */
const REMEMBERED_FOR_MS = 60_000;

/** Remembers tokens that were verified, since the same one comes with every request: for a minute, and never beyond its end. */
export function rememberVerified<Claims>(
  verify: (token: string) => Promise<Verified<Claims>>,
  clock: Clock,
): (token: string) => Promise<Claims> {
  const remembered = new LRUCache<string, Verified<Claims>>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (_verified, token) => ENTRY_BYTES + 4 * token.length,
    ttl: REMEMBERED_FOR_MS,
  });
  return async (token) => {
    const known = remembered.get(token);
    if (known && clock.now() < known.until) return known.claims;
    const verified = await verify(token);
    // By both clocks: that of the system may be set.
    const soon = new Date(clock.now().getTime() + REMEMBERED_FOR_MS);
    remembered.set(token, { ...verified, until: soon < verified.until ? soon : verified.until });
    return verified.claims;
  };
}
