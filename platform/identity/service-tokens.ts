import { timingSafeEqual } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { BlobgraphError } from '../errors.ts';
import { rememberVerified, type Verified } from './verified.ts';

/** A user as a token names them. */
export interface Viewer {
  /** The token's subject: any non-empty text of at most 256 characters. */
  readonly userId: string;
  /** `operator` may register schemas and processors. */
  readonly roles: readonly string[];
}

/** Who asks a service: another service, and on whose behalf. */
export interface Caller {
  /** The asking service's name, e.g. `gateway`, `text-expansion`, `router`. */
  readonly service: string;
  /** Null when the service asks for itself. */
  readonly viewer: Viewer | null;
}

/** Signs and checks what services say to each other. */
export interface ServiceTokens {
  /** A token for one caller, valid for a minute; reused for half of that. */
  sign(caller: Caller): Promise<string>;
  /** @throws BlobgraphError UNAUTHENTICATED */
  verify(token: string): Promise<Caller>;
  /** True when `secret` is the services' own, compared in constant time. */
  isServiceSecret(secret: string): boolean;
}

const ISSUER = 'blobgraph';
const AUDIENCE = 'blobgraph-services';
const LIFETIME_SECONDS = 60;
/** Clocks of two machines may differ by this much. */
const TOLERANCE_SECONDS = 30;

export const unauthenticated = (cause?: unknown): BlobgraphError =>
  new BlobgraphError('UNAUTHENTICATED', 'A valid token is needed: send it as `Authorization: Bearer …`.', {
    cause,
  });

interface ServiceClaims {
  readonly caller: string;
  readonly roles?: readonly string[];
}

/** `secret`: at least 32 characters, shared by all services of one installation. */
export function createServiceTokens(deps: { secret: string; clock: Clock }): ServiceTokens {
  const key = new TextEncoder().encode(deps.secret);
  const signed = new LRUCache<string, Promise<string>>({
    max: 5_000,
    ttl: (LIFETIME_SECONDS / 2) * 1_000,
    ttlResolution: 0,
    perf: { now: () => deps.clock.now().getTime() },
  });
  const make = ({ service, viewer }: Caller): Promise<string> => {
    const now = Math.floor(deps.clock.now().getTime() / 1_000);
    return new SignJWT({ caller: service, roles: viewer?.roles ?? [] })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .setSubject(viewer?.userId ?? '')
      .sign(key);
  };
  const verify = async (token: string): Promise<Verified<Caller>> => {
    try {
      const { payload } = await jwtVerify<ServiceClaims>(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: deps.clock.now(),
        requiredClaims: ['exp', 'sub', 'caller'],
      });
      const { sub = '', exp = 0, caller, roles } = payload;
      const viewer = sub === '' ? null : { userId: sub, roles: roles ?? [] };
      return { claims: { service: caller, viewer }, until: new Date((exp + TOLERANCE_SECONDS) * 1_000) };
    } catch (error) {
      throw unauthenticated(error);
    }
  };
  return {
    sign(caller) {
      const name = JSON.stringify(caller);
      const known = signed.get(name);
      if (known) return known;
      const token = make(caller);
      signed.set(name, token);
      return token;
    },
    verify: rememberVerified(verify, deps.clock),
    isServiceSecret(secret) {
      const given = new TextEncoder().encode(secret);
      return given.length === key.length && timingSafeEqual(given, key);
    },
  };
}
