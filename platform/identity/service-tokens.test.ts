import { SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { createServiceTokens } from './service-tokens.ts';

const SECRET = 'a secret of services that is long enough';
const START = Date.parse('2026-01-31T12:00:00Z');

function setUp(secret = SECRET) {
  let now = START;
  const tokens = createServiceTokens({ secret, clock: { now: () => new Date(now) } });
  return {
    tokens,
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
  };
}

const unauthenticated = { code: 'UNAUTHENTICATED' };

test.each([
  { service: 'gateway', viewer: { userId: 'auth0|x', roles: ['operator'] } },
  { service: 'router', viewer: null },
])('a token carries its caller: $service', async (caller) => {
  const { tokens } = setUp();
  expect(await tokens.verify(await tokens.sign(caller))).toEqual(caller);
});

test('a token is good for a minute and half a minute of difference between clocks', async () => {
  const { tokens, pass } = setUp();
  const token = await tokens.sign({ service: 'gateway', viewer: null });
  pass(89);
  expect(await tokens.verify(token)).toMatchObject({ service: 'gateway' });
  pass(2);
  await expect(tokens.verify(token)).rejects.toMatchObject(unauthenticated);
});

test('a token of another secret, a changed one and none are refused', async () => {
  const { tokens } = setUp();
  const foreign = await setUp('another secret that is long enough too').tokens.sign({
    service: 'gateway',
    viewer: null,
  });
  const [head, , signature] = (await tokens.sign({ service: 'gateway', viewer: null })).split('.');
  const claims = Buffer.from(JSON.stringify({ caller: 'gateway', sub: 'bob', exp: 9e9 })).toString(
    'base64url',
  );
  for (const token of [foreign, `${head}.${claims}.${signature}`, 'garbage', '']) {
    await expect(tokens.verify(token)).rejects.toMatchObject(unauthenticated);
  }
});

test('the services’ secret is known, and nothing else', () => {
  const { tokens } = setUp();
  expect([SECRET, '', `${SECRET}x`, SECRET.toUpperCase()].map(tokens.isServiceSecret)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('a token is reused for half of its life, for the same caller and viewer alone', async () => {
  const { tokens, pass } = setUp();
  const caller = { service: 'gateway', viewer: { userId: 'alice', roles: ['operator'] } };
  const first = await tokens.sign(caller);
  pass(29);
  expect(await tokens.sign({ ...caller })).toBe(first);
  const others = [
    { ...caller, service: 'state' },
    { ...caller, viewer: null },
    { ...caller, viewer: { userId: 'bob', roles: ['operator'] } },
    { ...caller, viewer: { userId: 'alice', roles: [] } },
  ];
  for (const other of others) expect(await tokens.verify(await tokens.sign(other))).toEqual(other);
  pass(2);
  const second = await tokens.sign(caller);
  expect(second).not.toBe(first);
  pass(59);
  expect(await tokens.verify(second)).toEqual(caller);
});

test('only our own kind of token is taken, though the same secret signed it', async () => {
  const { tokens } = setUp();
  const key = new TextEncoder().encode(SECRET);
  const claims = {
    caller: 'gateway',
    sub: '',
    iss: 'blobgraph',
    aud: 'blobgraph-services',
    exp: START / 1_000 + 60,
  };
  const sign = (changes: Record<string, unknown>, alg = 'HS256') =>
    new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg }).sign(key);
  expect(await tokens.verify(await sign({}))).toEqual({ service: 'gateway', viewer: null });
  const refused = await Promise.all([
    sign({ iss: 'other' }),
    sign({ aud: 'blobgraph' }),
    sign({ caller: undefined }),
    sign({ sub: undefined }),
    sign({ exp: undefined }),
    sign({}, 'HS512'),
    new UnsecuredJWT(claims).encode(),
  ]);
  for (const token of refused) await expect(tokens.verify(token)).rejects.toMatchObject(unauthenticated);
});
