import { createHash, timingSafeEqual } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../time/clock.ts';
import type { Caller } from './caller.ts';
import type { Verified } from './verified.ts';

/**
 * Tokens of the release before: HS256 under a secret that all services share, good everywhere. Read and written only
 * while `SERVICE_SECRET` is set, so that processes of both releases answer each other while they are being replaced.
 */
export interface SharedSecret {
  /** A token that is good for a minute; the same one for half of that. */
  sign(caller: Caller): Promise<string>;
  /** @throws when it is none, or has ended */
  verify(token: string): Promise<Verified<Caller>>;
}

const ISSUER = 'blobgraph';
const AUDIENCE = 'blobgraph-services';
const LIFETIME_SECONDS = 60;
const TOLERANCE_SECONDS = 30;
const REMEMBERED = 1_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in constant time, whatever the lengths. */
export const isSameSecret = (given: string, secret: string): boolean =>
  timingSafeEqual(digest(given), digest(secret));

/** A new token for the caller. */
function signedFor({ service, viewer }: Caller, key: Uint8Array, at: Date): Promise<string> {
  const now = Math.floor(at.getTime() / 1_000);
  return new SignJWT({ caller: service, roles: viewer?.roles ?? [] })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_SECONDS)
    .setSubject(viewer?.userId ?? '')
    .sign(key);
}

/** `secret`: at least 32 characters. */
export function createSharedSecret({ secret, clock }: { secret: string; clock: Clock }): SharedSecret {
  const key = new TextEncoder().encode(secret);
  const signed = new LRUCache<string, Promise<string>>({
    max: REMEMBERED,
    ttl: (LIFETIME_SECONDS / 2) * 1_000,
    ttlResolution: 0,
    perf: { now: () => clock.now().getTime() },
  });
  return {
    sign(caller) {
      const name = JSON.stringify(caller);
      const token = signed.get(name) ?? signedFor(caller, key, clock.now());
      signed.set(name, token, { noUpdateTTL: true });
      return token;
    },
    async verify(token) {
      const { payload } = await jwtVerify<{ caller: string; roles?: readonly string[] }>(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: clock.now(),
        requiredClaims: ['exp', 'sub', 'caller'],
      });
      const { sub = '', exp = 0, caller, roles } = payload;
      const viewer = sub === '' ? null : { userId: sub, roles: roles ?? [] };
      return { claims: { service: caller, viewer }, until: new Date((exp + TOLERANCE_SECONDS) * 1_000) };
    },
  };
}
