import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  importJWK,
  importSPKI,
  type JWK,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { BlobgraphError } from '../errors.ts';
import { unauthenticated, type Viewer } from './service-tokens.ts';
import { rememberVerified, type Verified } from './verified.ts';

/** Checks the tokens that users bring. */
export interface UserTokens {
  /** @throws BlobgraphError UNAUTHENTICATED; SERVICE_UNAVAILABLE when the issuer's keys cannot be read */
  verify(token: string): Promise<Viewer>;
}

const ALGORITHMS = ['ES256', 'ES384', 'RS256', 'RS384', 'RS512', 'PS256', 'EdDSA'];
const DEVELOPMENT = { issuer: 'blobgraph-development', audience: 'blobgraph' } as const;
const MAX_USER_ID = 256;
/** Bytes of the roles as JSON: services pass them on in tokens of their own. */
const MAX_ROLES_BYTES = 4_096;
const TOLERANCE_SECONDS = 30;

/** The public half of a key; a private one cannot verify. */
async function importPublic({ d: _private, ...publicJwk }: JWK) {
  return importJWK(publicJwk, 'ES256');
}

/** The keys that the users' issuer publishes, read when first needed and again for a key that is new. */
function publishedKeys(url: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url));
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
  const expected = { ...(issuer ? { issuer } : {}), ...(audience ? { audience } : {}) };
  const verify = async (token: string): Promise<Verified<Viewer>> => {
    try {
      const { payload } = await jwtVerify(token, getKey, {
        ...expected,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: clock.now(),
        requiredClaims: ['exp', 'sub'],
      });
      const { sub = '', roles } = payload;
      if (sub.length === 0 || sub.length > MAX_USER_ID || !sub.isWellFormed() || sub.includes('\0')) {
        throw new Error('The subject is not a usable user id');
      }
      const named = Array.isArray(roles)
        ? roles.filter((role): role is string => typeof role === 'string')
        : [];
      if (Buffer.byteLength(JSON.stringify(named)) > MAX_ROLES_BYTES)
        throw new Error('The roles are too many');
      return { claims: { userId: sub, roles: named }, until: acceptedUntil(token) };
    } catch (error) {
      throw error instanceof BlobgraphError ? error : unauthenticated(error);
    }
  };
  return { verify: rememberVerified(verify, clock) };
}

/** A token for local use, signed by the development key, valid for 30 days. */
export async function signDevelopmentToken(deps: {
  key: JWK;
  viewer: Viewer;
  clock: Clock;
}): Promise<string> {
  const now = Math.floor(deps.clock.now().getTime() / 1_000);
  return new SignJWT({ roles: [...deps.viewer.roles] })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(DEVELOPMENT.issuer)
    .setAudience(DEVELOPMENT.audience)
    .setSubject(deps.viewer.userId)
    .setIssuedAt(now)
    .setExpirationTime(now + 30 * 24 * 3_600)
    .sign(await importJWK(deps.key, 'ES256'));
}

/** When a verified token is no longer accepted. */
export const acceptedUntil = (token: string): Date =>
  new Date(((decodeJwt(token).exp ?? 0) + TOLERANCE_SECONDS) * 1_000);
