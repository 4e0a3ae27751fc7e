import { sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { testKeysOf, testTokens } from '../../testing/identity.ts';
import { type ServiceClaims, signToken } from './token.ts';

/** Tokens that were made or changed by hand, as the service that they name takes them. */
const START = Date.parse('2026-01-31T12:00:00Z');
const unauthenticated = { code: 'UNAUTHENTICATED' };
const [stateKey] = testKeysOf('state');
const processors = () => testTokens('processors', { clock: { now: () => new Date(START) } });

const claims: ServiceClaims = {
  iss: 'state',
  aud: 'processors',
  sub: 'alice',
  roles: ['operator'],
  route: 'POST /graphql',
  iat: START / 1_000,
  exp: START / 1_000 + 60,
};
const signed = (changes: object) => signToken({ ...claims, ...changes }, stateKey);

test('only well-formed claims are taken, whoever signed them', async () => {
  const verifier = processors();
  expect(await verifier.verify(signed({}), null)).toMatchObject({ service: 'state' });
  const wrong: object[] = [
    { iss: undefined },
    { iss: ['state'] },
    { iss: '' },
    { aud: ['processors'] },
    { aud: undefined },
    { sub: '' },
    { sub: null },
    { sub: 7 },
    { sub: 'a\0b' },
    { sub: 'x'.repeat(257) },
    { roles: 'operator' },
    { roles: [1] },
    { roles: { 0: 'operator' } },
    { route: undefined },
    { route: 'x'.repeat(513) },
    { iat: undefined },
    { exp: undefined },
    { exp: String(claims.exp) },
    { exp: claims.exp + 0.5 },
    { exp: 1e300 },
    { exp: claims.exp + 1 },
    { iat: claims.iat - 3_600 },
    { exp: claims.iat - 91, iat: claims.iat - 120 },
    { iat: claims.iat + 91, exp: claims.exp + 91 },
    { nbf: claims.iat },
    { admin: true },
    { roles: ['x'.repeat(20_000)] },
  ];
  for (const changes of wrong)
    await expect(verifier.verify(signed(changes), null), JSON.stringify(changes)).rejects.toMatchObject(
      unauthenticated,
    );
});

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token with another header, its signature over that header, too. */
function withHeader(header: unknown): string {
  const [, payload = ''] = signed({}).split('.');
  const made = `${encode(header)}.${payload}`;
  const [, , signature = ''] = signToken(claims, stateKey).split('.');
  return `${made}.${signature}`;
}

test('only the one header is taken: no other algorithm, and no key or address that a token brings along', async () => {
  const verifier = processors();
  const { kid, jwk } = stateKey;
  const own = { alg: 'EdDSA', typ: 'service+jwt', kid };
  const headers: unknown[] = [
    { ...own, alg: 'none' },
    { ...own, alg: 'None' },
    { ...own, alg: 'HS256' },
    { ...own, alg: 'ES256' },
    { ...own, typ: 'JWT' },
    { alg: own.alg, kid },
    { ...own, kid: undefined },
    { ...own, kid: '../../../../dev/null' },
    { ...own, kid: "' UNION SELECT 'x" },
    { ...own, crit: ['exp'] },
    { ...own, jwk },
    { ...own, jku: 'http://127.0.0.1:1/keys' },
    { ...own, x5u: 'http://127.0.0.1:1/keys' },
    { ...own, zip: 'DEF' },
    { ...own, __proto__: null, x5c: [] },
    `{"alg":"EdDSA", "typ":"service+jwt","kid":"${kid}"}`,
    `{"alg":"none","alg":"EdDSA","typ":"service+jwt","kid":"${kid}"}`,
    `{"alg":"EdDSA","typ":"service+jwt","kid":"${kid}"}\n`,
    `{"alg":"EdDSA","typ":"service+jwt","k\\u0069d":"${kid}"}`,
    [],
    'null',
    '',
  ];
  for (const header of headers)
    await expect(verifier.verify(withHeader(header), null), JSON.stringify(header)).rejects.toMatchObject(
      unauthenticated,
    );
});

test('members of the header stand in any order: libraries of other languages choose their own', async () => {
  const { kid } = stateKey;
  const [, payload = ''] = signed({}).split('.');
  for (const header of [
    { typ: 'service+jwt', alg: 'EdDSA', kid },
    { kid, typ: 'service+jwt', alg: 'EdDSA' },
  ]) {
    const text = `${encode(header)}.${payload}`;
    const signature = sign(null, Buffer.from(text), stateKey.privateKey).toString('base64url');
    expect(await processors().verify(`${text}.${signature}`, null)).toMatchObject({ service: 'state' });
  }
});

test('a token that was changed in any way is another, and no good', async () => {
  const token = signed({});
  const [head = '', payload = '', signature = ''] = token.split('.');
  /** The same bytes, written another way: unused bits of the last character set. */
  const last = (text: string) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.at(-1) ?? '') ^ 1]}`;
  };
  const bob = encode({ ...claims, sub: 'bob' });
  const longer = Buffer.concat([Buffer.from(signature, 'base64url'), Buffer.from([0])]);
  const changed = [
    '',
    '..',
    'garbage',
    `${head}.${payload}`,
    `${head}.${payload}.`,
    `${head}..${signature}`,
    `${head}.${bob}.${signature}`,
    `${head}.${payload}.${last(signature)}`,
    `${head}.${payload}.${signature}=`,
    `${head}.${payload}=.${signature}`,
    `${head}.${payload}.${signature}.x`,
    ` ${token}`,
    `${token}\n`,
    `${head}.${payload}.${longer.toString('base64url')}`,
    `${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    `${head}.${payload}.${signature.slice(0, -2)}`,
    `${head}.${Buffer.from(payload, 'base64url').toString('base64')}.${signature}`,
    token.replaceAll('.', '/'),
    'x'.repeat(100_000),
  ];
  for (const each of changed)
    await expect(processors().verify(each, null), each.slice(0, 200)).rejects.toMatchObject(unauthenticated);
});

test('a signature with another order of the group added is refused', async () => {
  // RFC 8032, section 5.1.7: S is below L, or the same message would have several signatures.
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const [head = '', payload = '', signature = ''] = signed({}).split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + L;
  const more = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  const other = Buffer.concat([bytes.subarray(0, 32), more]).toString('base64url');
  await expect(processors().verify(`${head}.${payload}.${other}`, null)).rejects.toMatchObject(
    unauthenticated,
  );
});
