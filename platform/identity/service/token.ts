import { type KeyObject, sign, verify } from 'node:crypto';
import type { SigningKey } from '../keys/service-keys.ts';
import type { Viewer } from './caller.ts';

/** Claims of a service’s token. Times in seconds since 1970. */
export interface ServiceClaims {
  /** The calling service. */
  readonly iss: string;
  /** The called service: the token opens no other. */
  readonly aud: string;
  /** The user on whose behalf; absent when the service asks for itself. */
  readonly sub?: string;
  /** Default: none. */
  readonly roles?: readonly string[];
  /** Method and route template, e.g. `POST /users/:/blobs`: the token opens nothing else. */
  readonly route: string;
  /** The digest of the request's body: the token goes with no other. Default: it goes with any. */
  readonly body?: string;
  /** When it was signed. */
  readonly iat: number;
  /** When it ends: at most 60 s after `iat`. */
  readonly exp: number;
}

/** A token's parts before its signature is checked: nothing of it is true yet. */
export interface UncheckedToken {
  /** Thumbprint of the key that it names. */
  readonly kid: string;
  readonly claims: ServiceClaims;
  /** Header and claims as they came, with the dot between. */
  readonly signed: Buffer;
  /** 64 bytes. */
  readonly signature: Buffer;
}

/** Characters of a token: a user's id and roles fit with room to spare. */
const MAX_TOKEN = 12_288;
const MAX_NAME = 64;
const MAX_USER_ID = 256;
const MAX_ROUTE = 512;

const headerOf = (kid: string): string => `{"alg":"EdDSA","typ":"service+jwt","kid":"${kid}"}`;
/** 32 bytes in base64url: of keys and bodies. */
const DIGEST = /^[\w-]{43}$/;
/** Three parts in base64url, the signature of 64 bytes. */
const FORM = /^([\w-]{1,256})\.([\w-]+)\.([\w-]{86})$/;

/**
 * The `kid` of the one header that there is: these members, each once, in the order that the library of the caller's
 * language gives them, without spaces. No other algorithm, no key or address that the token brings along.
 */
function kidOf(text: string): string | undefined {
  try {
    const { alg, typ, kid, ...others } = JSON.parse(text) as Record<string, unknown>;
    const isOne = alg === 'EdDSA' && typ === 'service+jwt' && Object.keys(others).length === 0;
    // A member that stands there twice, or a space, is not written again.
    const isPlain = JSON.stringify(JSON.parse(text)) === text;
    return isOne && isPlain && typeof kid === 'string' && DIGEST.test(kid) ? kid : undefined;
  } catch {
    return undefined;
  }
}

const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** The bytes of a part that is written in the one canonical way; undefined for any other. */
function decode(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

/** Signs claims with Ed25519 (RFC 8037). */
export function signToken(claims: ServiceClaims, { kid, privateKey }: SigningKey): string {
  const signed = `${encode(headerOf(kid))}.${encode(JSON.stringify(claims))}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= max;
const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isUserId = (value: unknown): boolean =>
  isText(value, MAX_USER_ID) && value.isWellFormed() && !value.includes('\0');

const areRoles = (value: unknown): boolean =>
  Array.isArray(value) && value.every((role) => typeof role === 'string');

/** Whether a token can name this user. */
export const isUser = ({ userId, roles }: Viewer): boolean => isUserId(userId) && areRoles(roles);

const checks: Readonly<Record<keyof ServiceClaims, (value: unknown) => boolean>> = {
  iss: (value) => isText(value, MAX_NAME),
  aud: (value) => isText(value, MAX_NAME),
  sub: (value) => value === undefined || isUserId(value),
  roles: (value) => value === undefined || areRoles(value),
  route: (value) => isText(value, MAX_ROUTE),
  body: (value) => value === undefined || (typeof value === 'string' && DIGEST.test(value)),
  iat: isTime,
  exp: isTime,
};

function claimsOf(bytes: Buffer): ServiceClaims | undefined {
  let claims: unknown;
  try {
    claims = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined;
  const given = claims as Record<string, unknown>;
  const isKnown = Object.keys(given).every((name) => Object.hasOwn(checks, name));
  const isWhole = Object.entries(checks).every(([name, check]) => check(given[name]));
  return isKnown && isWhole ? (claims as ServiceClaims) : undefined;
}

/** Takes a token apart; undefined when it is not of the one form that ours have. */
export function readToken(token: string): UncheckedToken | undefined {
  if (token.length > MAX_TOKEN) return undefined;
  const [, head = '', body = '', tail = ''] = FORM.exec(token) ?? [];
  const [header, payload, signature] = [decode(head), decode(body), decode(tail)];
  const kid = header && kidOf(header.toString('latin1'));
  const claims = payload && claimsOf(payload);
  if (!kid || !claims || !signature) return undefined;
  return { kid, claims, signed: Buffer.from(`${head}.${body}`), signature };
}

/** Whether the key's owner signed the token. */
export const isSignedBy = ({ signed, signature }: UncheckedToken, publicKey: KeyObject): boolean =>
  verify(null, signed, publicKey, signature);
