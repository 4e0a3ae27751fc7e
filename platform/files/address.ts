import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { BlobgraphError } from '../errors/errors.ts';
import type { ServiceKeys, SigningKey } from '../identity/keys/service-keys.ts';
import { path } from '../ids/service-path.ts';
import type { Clock } from '../time/clock.ts';

/** Bytes that a service lets whoever has their address read or write. */
export interface FileRequest {
  /** `GET` also stands for `HEAD`. */
  readonly method: 'GET' | 'PUT';
  /** Names the bytes, e.g. `['artifacts', blobId, 'epub']`. */
  readonly place: readonly string[];
  /** Further query parameters that the signature covers; never `expires` or `signature`. */
  readonly terms?: Readonly<Record<string, string>>;
}

/** An address as it was asked for: its place by the route, the rest by the query. */
export interface AskedFile {
  /** `HEAD` counts as `GET`. */
  readonly method: string;
  /** Segments of the path, decoded. */
  readonly place: readonly string[];
  /** As it was parsed, `expires` and `signature` included. */
  readonly query: unknown;
}

/** Signs addresses of a service's files, and tells its own from others. Does no I/O. */
export interface FileAddresses {
  /** The address at the gateway, from its path on. The same request signed twice is the same address. */
  sign(request: FileRequest, expiresAt: Date): string;
  /** Query parameters that the signature covers. @throws BlobgraphError ADDRESS_INVALID */
  verify(asked: AskedFile): SignedTerms;
}

export interface SignedTerms {
  /** Without `expires` and `signature`. */
  readonly terms: Readonly<Record<string, string>>;
  /** In whole seconds. */
  readonly expiresAt: Date;
}

/** The form of what is signed: another one has another signature. */
const FORM = 'blobgraph file 1';
const MAX_TERMS = 8;
const MAX_QUERY_CHARACTERS = 2_048;

/** One answer, whether it was altered, is over, or was signed by another: it tells no one how to get nearer. */
export const addressInvalid = (): BlobgraphError =>
  new BlobgraphError(
    'ADDRESS_INVALID',
    'This address was altered, was not given out here, or its time is over. Ask for it anew.',
  );

/** A key that signs addresses and nothing else; it follows from the service's own key, so that its replicas share it. */
function addressKey({ privateKey }: SigningKey): Buffer {
  const { d = '' } = privateKey.export({ format: 'jwk' });
  return Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', FORM, 32));
}

function signatureOf(key: Buffer, service: string, request: FileRequest, expires: string): Buffer {
  const terms = Object.entries(request.terms ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  // JSON keeps the parts apart, so that no two requests spell the same text.
  const text = JSON.stringify([FORM, service, request.method, request.place, expires, terms]);
  return createHmac('sha256', key).update(text).digest();
}

function textsOf(query: unknown): Record<string, string> {
  const entries = Object.entries((query ?? {}) as Record<string, unknown>);
  let characters = 0;
  for (const [name, value] of entries) {
    if (typeof value !== 'string') throw addressInvalid();
    characters += name.length + value.length;
  }
  if (entries.length > MAX_TERMS + 2 || characters > MAX_QUERY_CHARACTERS) throw addressInvalid();
  return Object.fromEntries(entries) as Record<string, string>;
}

/** @param keys of the service: the first signs, by any of them it is verified */
export function createFileAddresses(deps: {
  readonly service: string;
  readonly keys: ServiceKeys;
  readonly clock: Clock;
}): FileAddresses {
  const { service, clock } = deps;
  const [first, ...others] = deps.keys;
  const key = addressKey(first);
  const keys = [key, ...others.map(addressKey)];
  return {
    sign(request, expiresAt) {
      const expires = String(Math.floor(expiresAt.getTime() / 1_000));
      const signature = signatureOf(key, service, request, expires).toString('base64url');
      const query = new URLSearchParams({ ...request.terms, expires, signature });
      const segments = request.place.map((segment) => path`/${segment}`).join('');
      return `${path`/api/v1/files/${service}`}${segments}?${query}`;
    },
    verify({ method, place, query }) {
      const { signature = '', expires = '', ...terms } = textsOf(query);
      if (!/^\d{1,11}$/.test(expires) || !/^[\w-]{43}$/.test(signature)) throw addressInvalid();
      const request: FileRequest = { method: method === 'PUT' ? 'PUT' : 'GET', place, terms };
      const given = Buffer.from(signature, 'base64url');
      // Each is compared, so that the time does not tell which one it was.
      const isOwn = keys
        .map((each) => timingSafeEqual(given, signatureOf(each, service, request, expires)))
        .includes(true);
      const expiresAt = new Date(Number(expires) * 1_000);
      if (!isOwn || given.toString('base64url') !== signature || clock.now() >= expiresAt)
        throw addressInvalid();
      return { terms, expiresAt };
    },
  };
}

/**
 * When an address ends that shall be good for `seconds` at least, and for twice that at most: the same for all that are
 * signed within that time, so that browsers find what they have by its address.
 */
export function endOf(now: Date, seconds: number): Date {
  const window = seconds * 1_000;
  return new Date((Math.floor(now.getTime() / window) + 2) * window);
}
