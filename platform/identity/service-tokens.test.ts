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
