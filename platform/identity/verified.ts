import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

/** A token's claims, and until when it is accepted. */
export interface Verified<Claims> {
  readonly claims: Claims;
  readonly until: Date;
}

const REMEMBERED = 5_000;
/** A key that is withdrawn stops working within this time. */
const REMEMBERED_FOR_MS = 60_000;

/** Remembers tokens that were verified, since the same one comes with every request: for a minute, and never beyond its end. */
export function rememberVerified<Claims>(
  verify: (token: string) => Promise<Verified<Claims>>,
  clock: Clock,
): (token: string) => Promise<Claims> {
  const remembered = new LRUCache<string, Verified<Claims>>({ max: REMEMBERED, ttl: REMEMBERED_FOR_MS });
  return async (token) => {
    const known = remembered.get(token);
    if (known && clock.now() < known.until) return known.claims;
    const verified = await verify(token);
    remembered.set(token, verified);
    return verified.claims;
  };
}
