import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  importJWK,
  importSPKI,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Config } from '../../config/config.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Clock } from '../../time/clock.ts';
import type { Viewer } from '../service/caller.ts';
import { unauthenticated } from '../service/service-tokens.ts';
import { rememberVerified, type Verified } from '../service/verified.ts';
import { rolesBy, type ScopeRules } from './scopes.ts';

/** Checks the tokens that users bring. */
export interface UserTokens {
  /**
   * @throws BlobgraphError UNAUTHENTICATED; FORBIDDEN for one without a scope that opens anything; SERVICE_UNAVAILABLE when the
   * issuer's keys cannot be read
   */
  verify(token: string): Promise<Viewer>;
  /** When a verified token is no longer accepted. */
  acceptedUntil(token: string): Date;
}

const ALGORITHMS = ['ES256', 'ES384', 'RS256', 'RS384', 'RS512', 'PS256', 'EdDSA'];
const DEVELOPMENT = { issuer: 'blobgraph-development', audience: 'blobgraph' } as const;
const MAX_USER_ID = 256;
const DEFAULT_PREFIX = 'blobgraph:';
/** Bytes of the roles as JSON: services pass them on in tokens of their own. */
const MAX_ROLES_BYTES = 4_096;
const TOLERANCE_SECONDS = 30;
/** Characters of a token. */
const MAX_TOKEN = 16_384;
/** How long the issuer's keys are kept: a removed one stops working within this time and that of verified tokens. */
const KEYS_KEPT_MS = 5 * 60_000;
/** Pause between two fetches for an unknown key, whichever tokens name it. */
const LOOK_EVERY_MS = 30_000;
const KEYS_TIMEOUT_MS = 5_000;

/** The public half of a key; a private one cannot verify. */
async function importPublic({ d: _private, ...publicJwk }: JWK) {
  return importJWK(publicJwk, 'ES256');
}

/** The keys that the users' issuer publishes, read when first needed and again for a key that is new. */
function publishedKeys(url: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: KEYS_KEPT_MS,
    cooldownDuration: LOOK_EVERY_MS,
    timeoutDuration: KEYS_TIMEOUT_MS,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      // A key that is not among them is the token's fault; keys that cannot be read are not.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      const message = 'The issuer of users’ tokens does not answer. Try again later.';
      throw new BlobgraphError('SERVICE_UNAVAILABLE', message, { cause: error });
    }
  };
}

/** Keys by `JWKS_URL`, by `JWT_PUBLIC_KEY`, or the development key, read when first needed. */
function keySource(config: Pick<Config, 'userTokens'>, developmentKey: () => Promise<JWK>): JWTVerifyGetKey {
  const { jwksUrl, publicKey } = config.userTokens;
  if (jwksUrl) return publishedKeys(jwksUrl);
  if (publicKey) return async ({ alg = 'RS256' }) => importSPKI(publicKey, alg);
  let key: ReturnType<typeof importPublic> | undefined;
  return () => {
    key ??= developmentKey()
      .then(importPublic)
      .catch((error: unknown) => {
        key = undefined;
        throw error;
      });
    return key;
  };
}

/** @throws Error when the claims name no user that services can pass on; BlobgraphError FORBIDDEN */
function viewerOf(payload: JWTPayload, scopes: ScopeRules): Viewer {
  const { sub = '', roles } = payload;
  if (sub.length === 0 || sub.length > MAX_USER_ID || !sub.isWellFormed() || sub.includes('\0')) {
    throw new Error('The subject is not a usable user id');
  }
  const named = Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : [];
  if (Buffer.byteLength(JSON.stringify(named)) > MAX_ROLES_BYTES) throw new Error('The roles are too many');
  return { userId: sub, roles: rolesBy(payload, named, scopes) };
}

export function createUserTokens(deps: {
  config: Pick<Config, 'userTokens'>;
  /** The public or private development key; asked for only when the configuration names none. */
  developmentKey: () => Promise<JWK>;
  clock: Clock;
}): UserTokens {
  const { config, clock } = deps;
  const getKey = keySource(config, deps.developmentKey);
  const development = !config.userTokens.jwksUrl && !config.userTokens.publicKey;
  const issuer = config.userTokens.issuer ?? (development ? DEVELOPMENT.issuer : undefined);
  const audience = config.userTokens.audience ?? (development ? DEVELOPMENT.audience : undefined);
  const { toleranceSeconds = TOLERANCE_SECONDS, scopePrefix, requireScopes = false } = config.userTokens;
  const scopes = { prefix: scopePrefix ?? DEFAULT_PREFIX, required: requireScopes };
  const options = {
    ...(issuer ? { issuer } : {}),
    ...(audience ? { audience } : {}),
    algorithms: ALGORITHMS,
    clockTolerance: toleranceSeconds,
    requiredClaims: ['exp', 'sub'],
  };
  const acceptedUntil = (token: string) => new Date(((decodeJwt(token).exp ?? 0) + toleranceSeconds) * 1_000);
  const verify = async (token: string): Promise<Verified<Viewer>> => {
    try {
      if (token.length > MAX_TOKEN) throw new Error('The token is too long');
      const { payload } = await jwtVerify(token, getKey, { ...options, currentDate: clock.now() });
      return { claims: viewerOf(payload, scopes), until: acceptedUntil(token) };
    } catch (error) {
      throw error instanceof BlobgraphError ? error : unauthenticated(error);
    }
  };
  return { verify: rememberVerified(verify, clock), acceptedUntil };
}

/** A token for local use, signed by the development key, valid for 30 days. */
export async function signDevelopmentToken(deps: {
  key: JWK;
  viewer: Viewer;
  /** With spaces between. Default: the token names none. */
  scope?: string;
  clock: Clock;
}): Promise<string> {
  const now = Math.floor(deps.clock.now().getTime() / 1_000);
  return new SignJWT({ roles: [...deps.viewer.roles], ...(deps.scope && { scope: deps.scope }) })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(DEVELOPMENT.issuer)
    .setAudience(DEVELOPMENT.audience)
    .setSubject(deps.viewer.userId)
    .setIssuedAt(now)
    .setExpirationTime(now + 30 * 24 * 3_600)
    .sign(await importJWK(deps.key, 'ES256'));
}
