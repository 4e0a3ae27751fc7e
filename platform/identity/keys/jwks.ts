import { type Dispatcher, request } from 'undici';
import { bodyWithin } from '../../text/body.ts';
import { isPublicX, type PublicJwk } from './service-keys.ts';

/** Where every service publishes its public keys (RFC 7517), to whoever asks. */
export const JWKS_PATH = '/.well-known/jwks.json';

const MAX_BYTES = 16 * 1024;
const MAX_KEYS = 8;
const TIMEOUT_MS = 2_000;

/** A service’s answer at {@link JWKS_PATH}. */
export const jwksOf = (keys: readonly PublicJwk[]): string => JSON.stringify({ keys });

/** There are no keys at this address: what answers there is another thing, or of a release before there were any. */
export class NoKeysHere extends Error {
  override readonly name = 'NoKeysHere';
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const bytes = await bodyWithin(body, MAX_BYTES);
  if (!bytes) throw new NoKeysHere(`The keys have more than ${MAX_BYTES} bytes`);
  return bytes.toString('utf8');
}

function keysIn(text: string): unknown[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    if (Array.isArray(keys) && keys.length <= MAX_KEYS) return keys;
  } catch {
    // Reported below.
  }
  throw new NoKeysHere('The answer is no set of keys');
}

/** The public Ed25519 keys of an answer, by `x`; keys of other kinds are left out, private ones are refused. */
export function readJwks(text: string): string[] {
  return keysIn(text).flatMap((key) => {
    const { kty, crv, x, d } = (key ?? {}) as Record<string, unknown>;
    if (d !== undefined) throw new NoKeysHere('A private key is published');
    return kty === 'OKP' && crv === 'Ed25519' && isPublicX(x) ? [x] : [];
  });
}

/**
 * The keys that the service at `baseUrl` publishes now, by `x`. Redirects are not followed. `dispatcher`: default, any
 * address is connected to.
 * @throws NoKeysHere; undici's error when there is no answer within 2 s
 */
export async function fetchJwks(baseUrl: string, dispatcher?: Dispatcher): Promise<string[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const by = dispatcher ? { dispatcher } : {};
  const { statusCode, body } = await request(`${baseUrl}${JWKS_PATH}`, { signal, ...by });
  if (statusCode === 200) return readJwks(await textOf(body));
  await body.dump({ limit: MAX_BYTES, signal });
  const error = `status ${statusCode}`;
  throw statusCode < 500 ? new NoKeysHere(error) : new Error(error);
}
