import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { signToken } from '../service/token.ts';
import {
  isPublicX,
  newServiceKey,
  oneLine,
  publicKeyOf,
  readServiceKeys,
  thumbprintOf,
} from './service-keys.ts';

test('a thumbprint is that of RFC 8037, appendix A.3', () => {
  expect(thumbprintOf('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe(
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  );
});

test('a signature is that of Ed25519: anybody’s library checks it', () => {
  const [key] = readServiceKeys(newServiceKey());
  const claims = { iss: 'state', aud: 'schemas', route: 'GET /', iat: 1, exp: 2 };
  const [header, payload, signature = ''] = signToken(claims, key).split('.');
  const publicKey = createPublicKey({ key: { ...key.jwk }, format: 'jwk' });
  const signed = Buffer.from(`${header}.${payload}`);
  expect(verify(null, signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('keys are read as PEM or as one line each, one or several', () => {
  const [first, second] = [newServiceKey(), newServiceKey()];
  const kids = (text: string) => readServiceKeys(text).map(({ kid }) => kid);
  const both = kids(`${first}\n# the one before\n${second}`);
  expect(both).toHaveLength(2);
  expect(kids(`${oneLine(first)},${oneLine(second)}`)).toEqual(both);
  expect(kids(` ${oneLine(first)}\n${oneLine(second)}\n`)).toEqual(both);
  expect(kids(first)).toEqual(both.slice(0, 1));
});

test.each([
  ['nothing', ' \n'],
  ['a word', 'sekret-sekret-sekret'],
  [
    'a public key',
    generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  ],
  ['a cut key', newServiceKey().replace(/[A-Za-z0-9+/]{10}=*\n-----END/, '\n-----END')],
  [
    'another curve',
    generateKeyPairSync('ed448').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ],
  ['too many', Array.from({ length: 5 }, newServiceKey).join('\n')],
])('%s is refused, and not repeated', (_, text) => {
  let message = '';
  try {
    readServiceKeys(text);
  } catch (error) {
    message = String((error as Error).stack) + String((error as Error).cause);
  }
  expect(message).toMatch(/UnusableKey: must be/);
  const body = oneLine(text).slice(-20);
  if (body.length > 8) expect(message).not.toContain(body);
});

test('a public key has one way to be written', () => {
  const [{ jwk }] = readServiceKeys(newServiceKey());
  expect(isPublicX(jwk.x)).toBe(true);
  expect(publicKeyOf(jwk.x).asymmetricKeyType).toBe('ed25519');
  const last = jwk.x.at(-1) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const twin = `${jwk.x.slice(0, -1)}${alphabet[alphabet.indexOf(last) ^ 1]}`;
  const short = createHash('md5').digest('base64url');
  for (const x of [twin, `${jwk.x}=`, jwk.x.slice(1), short, '', 7, null]) {
    expect(isPublicX(x)).toBe(false);
    expect(() => publicKeyOf(x as string)).toThrow('must be 32 bytes in base64url');
  }
});
