import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/** The public half of a service's key as a JSON Web Key (RFC 8037). */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  /** 32 bytes in base64url. */
  readonly x: string;
  /** The key's thumbprint (RFC 7638). */
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

/** A service's own key. */
export interface SigningKey {
  /** The public half's thumbprint (RFC 7638): it follows from the key, so nobody can choose another's. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: PublicJwk;
}

/** A service's keys: the first signs, all are published, so that one can follow another without a gap. */
export type ServiceKeys = readonly [SigningKey, ...SigningKey[]];

/** The text is none of private Ed25519 keys. The message says what it must be, and nothing of what it is. */
class UnusableKey extends Error {
  override readonly name = 'UnusableKey';
}

const X = /^[\w-]{43}$/;
const PEM = /-----BEGIN PRIVATE KEY-----[\sA-Za-z0-9+/=]+-----END PRIVATE KEY-----/g;
const MAX_KEYS = 4;

/** The thumbprint of a public key: SHA-256 of its required members, in this order (RFC 7638, section 3; RFC 8037, A.3). */
export const thumbprintOf = (x: string): string =>
  createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');

/** Whether the text is a public key's 32 bytes in base64url, in the one way to write them. */
export const isPublicX = (x: unknown): x is string =>
  typeof x === 'string' && X.test(x) && Buffer.from(x, 'base64url').toString('base64url') === x;

/** A public key of its 32 bytes in base64url. @throws UnusableKey */
export function publicKeyOf(x: string): KeyObject {
  if (!isPublicX(x)) throw new UnusableKey('must be 32 bytes in base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function signingKeyOf(privateKey: KeyObject): SigningKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new UnusableKey('must be Ed25519 keys');
  const publicKey = createPublicKey(privateKey);
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const kid = thumbprintOf(x);
  return {
    kid,
    privateKey,
    publicKey,
    jwk: { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' },
  };
}

const fromDer = (base64: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });

/**
 * Reads a service's private keys: PEM (PKCS#8), one after the other, or what stands between PEM's first and last line,
 * with commas between.
 * @throws UnusableKey
 */
export function readServiceKeys(text: string): ServiceKeys {
  const blocks = text.match(PEM);
  const parts = blocks ?? text.split(/[\s,]+/).filter((part) => part !== '');
  if (parts.length > MAX_KEYS) throw new UnusableKey(`must be at most ${MAX_KEYS} keys`);
  const made = parts.map((part) => {
    try {
      return signingKeyOf(blocks ? createPrivateKey(part) : fromDer(part));
    } catch (error) {
      // The cause may quote the key.
      if (error instanceof UnusableKey) throw error;
      throw new UnusableKey('must be private Ed25519 keys: PKCS#8, in PEM or its base64 alone');
    }
  });
  const [first, ...others] = made;
  if (!first) throw new UnusableKey('must be private Ed25519 keys: PKCS#8, in PEM or its base64 alone');
  return [first, ...others];
}

/** A new private key (PKCS#8, PEM). */
export const newServiceKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A private key's PEM as one line, as {@link readServiceKeys} takes it too. */
export const oneLine = (pem: string): string => pem.replace(/-----[A-Z ]+-----|\s/g, '');
