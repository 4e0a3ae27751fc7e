import { generateKeyPairSync } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { testKeysOf, testTokens } from '../../testing/identity.ts';
import type { PublishedKeys } from '../keys/published.ts';
import { newServiceKey, readServiceKeys, type SigningKey } from '../keys/service-keys.ts';
import { digestOf } from './caller.ts';
import { createServiceTokens, routeOf, type SignedCall } from './service-tokens.ts';
import { type ServiceClaims, signToken } from './token.ts';

const START = Date.parse('2026-01-31T12:00:00Z');
const alice = { userId: 'auth0|ü😀', roles: ['operator'] };
const unauthenticated = { code: 'UNAUTHENTICATED' };
const [stateKey] = testKeysOf('state');

/** Services that know each other by their keys, at a time of the test's own. */
function setUp() {
  let now = START;
  const clock = { now: () => new Date(now) };
  const find = vi.fn<PublishedKeys['find']>(
    async (service, kid) => testKeysOf(service).find((key) => key.kid === kid)?.publicKey,
  );
  const of = (service: string) =>
    createServiceTokens({
      service,
      keys: async () => testKeysOf(service),
      others: { find },
      routerSecrets: ['the one secret of routers', 'and another'],
      clock,
      logger: { warn: () => {} },
    });
  return {
    of,
    find,
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
  };
}

const call = (changes: Partial<SignedCall> = {}): SignedCall => ({
  to: 'processors',
  baseUrl: 'http://processors',
  route: 'POST /graphql',
  viewer: alice,
  ...changes,
});

test.each([alice, { userId: 'bob', roles: [] }, null])(
  'a token names caller and user: %j',
  async (viewer) => {
    const { of } = setUp();
    const token = await of('state').sign(call({ viewer }));
    expect(await of('processors').verify(token, 'POST /graphql')).toEqual({ service: 'state', viewer });
  },
);

test('a token opens the service that it names, and no other', async () => {
  const { of } = setUp();
  const token = await of('state').sign(call());
  for (const other of ['text-expansion', 'state', 'gateway', 'processor', 'processorss']) {
    await expect(of(other).verify(token, 'POST /graphql')).rejects.toMatchObject(unauthenticated);
  }
});

test('a token opens the route that it names, and no other, whether it was seen before or not', async () => {
  const { of } = setUp();
  const processors = of('processors');
  const token = await of('state').sign(call({ route: routeOf('GET', '/users/:id/blobs') }));
  for (const route of ['POST /users/:/blobs', 'GET /users/:', 'GET /graphql', 'GET /users/:/blobs/']) {
    await expect(processors.verify(token, route)).rejects.toMatchObject(unauthenticated);
  }
  expect(await processors.verify(token, routeOf('GET', '/users/:user_id/blobs'))).toMatchObject({
    service: 'state',
  });
  await expect(processors.verify(token, 'DELETE /users/:/blobs')).rejects.toMatchObject(unauthenticated);
});

test('a token is good for a minute on clocks that differ by a minute and a half, either way', async () => {
  const { of, pass } = setUp();
  const processors = of('processors');
  const token = await of('state').sign(call());
  pass(149);
  expect(await processors.verify(token, null)).toMatchObject({ service: 'state' });
  pass(2);
  await expect(processors.verify(token, null)).rejects.toMatchObject(unauthenticated);
  await expect(of('processors').verify(token, null)).rejects.toMatchObject(unauthenticated);
  const later = await of('state').sign(call());
  pass(-89);
  expect(await processors.verify(later, null)).toMatchObject({ service: 'state' });
  pass(-2);
  await expect(of('processors').verify(later, null)).rejects.toMatchObject(unauthenticated);
});

test('a token serves a minute of calls of one kind, and is looked at once', async () => {
  const { of, find, pass } = setUp();
  const [state, processors] = [of('state'), of('processors')];
  const seen = new Set<string>();
  for (let second = 0; second < 60; second++) {
    const token = await state.sign(call({ viewer: { ...alice, roles: [...alice.roles] } }));
    await processors.verify(token, 'POST /graphql');
    seen.add(token);
    pass(1);
  }
  expect([seen.size, find.mock.calls.length]).toEqual([1, 1]);
  seen.add(await state.sign(call()));
  expect(seen.size).toBe(2);
});

test('calls that are made at once share a signature', async () => {
  let signatures = 0;
  const [{ privateKey, ...key }] = testKeysOf('gateway');
  const counted: SigningKey = {
    ...key,
    get privateKey() {
      signatures += 1;
      return privateKey;
    },
  };
  const tokens = testTokens('gateway', { keys: async () => [counted] });
  const signed = await Promise.all(Array.from({ length: 20 }, () => tokens.sign(call())));
  expect([new Set(signed).size, signatures]).toEqual([1, 1]);
});

test('each called service, route, user and set of roles has a token of its own', async () => {
  const { of } = setUp();
  const state = of('state');
  const calls: Partial<SignedCall>[] = [
    {},
    { to: 'schemas' },
    { route: 'GET /graphql' },
    { viewer: null },
    { viewer: { userId: 'bob', roles: ['operator'] } },
    { viewer: { ...alice, roles: [] } },
    { viewer: { ...alice, roles: ['operator', 'other'] } },
  ];
  const tokens = await Promise.all(calls.map((each) => state.sign(call(each))));
  expect(new Set(tokens).size).toBe(calls.length);
});

test('a key speaks for its own service alone', async () => {
  const { of } = setUp();
  const claims = { iss: 'gateway', aud: 'processors', sub: 'alice', route: 'POST /graphql' };
  const token = signToken({ ...claims, iat: START / 1_000, exp: START / 1_000 + 60 }, stateKey);
  await expect(of('processors').verify(token, null)).rejects.toMatchObject(unauthenticated);
});

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

test('what names another service or has ended costs neither a signature nor a look at keys', async () => {
  const { of, find } = setUp();
  for (const changes of [{ aud: 'schemas' }, { exp: claims.iat - 100, iat: claims.iat - 160 }])
    await expect(of('processors').verify(signed(changes), null)).rejects.toMatchObject(unauthenticated);
  expect(find).not.toHaveBeenCalled();
});

test('keys that cannot be read are no fault of the token', async () => {
  const { of, find } = setUp();
  find.mockRejectedValueOnce(Object.assign(new Error('away'), { code: 'SERVICE_UNAVAILABLE' }));
  const processors = of('processors');
  const token = await of('state').sign(call());
  await expect(processors.verify(token, null)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(await processors.verify(token, null)).toMatchObject({ service: 'state' });
});

test('routers’ secrets are known, and nothing else', () => {
  const tokens = setUp().of('state');
  const given = ['the one secret of routers', 'and another', '', 'and another ', 'THE ONE SECRET OF ROUTERS'];
  expect(given.map((secret) => tokens.isRouterSecret(secret))).toEqual([true, true, false, false, false]);
});

test('the first of two keys signs, and both are published', async () => {
  const keys = readServiceKeys(`${newServiceKey()}\n${newServiceKey()}`);
  const [first, second] = keys as unknown as [SigningKey, SigningKey];
  const { of } = setUp();
  const tokens = createServiceTokens({
    service: 'gateway',
    keys: async () => keys,
    others: { find: async () => undefined },
    routerSecrets: [],
    clock: { now: () => new Date(START) },
    logger: { warn: () => {} },
  });
  expect((await tokens.published()).map(({ kid }) => kid)).toEqual([first.kid, second.kid]);
  expect(JSON.stringify(await tokens.published())).not.toContain('"d"');
  const [header = ''] = (await tokens.sign(call())).split('.');
  expect(Buffer.from(header, 'base64url').toString()).toContain(first.kid);
  await expect(of('processors').verify(await tokens.sign(call()), null)).rejects.toMatchObject(
    unauthenticated,
  );
});

test('a route is the same whatever its parameters are called', () => {
  expect(routeOf('GET', '/users/:user_id/books/:book_id')).toBe('GET /users/:/books/:');
  expect(routeOf('HEAD', '/blobs/:id')).toBe('GET /blobs/:');
  expect(routeOf('POST', '/graphql')).toBe('POST /graphql');
});

test('other kinds of keys are none', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const x25519 = generateKeyPairSync('x25519').privateKey;
  for (const key of [rsa, x25519])
    expect(() => readServiceKeys(key.export({ type: 'pkcs8', format: 'pem' }).toString())).toThrow(
      'must be Ed25519 keys',
    );
});

test('a token for one body names its digest, and is made and checked each time', async () => {
  const { of, find } = setUp();
  const tokens = [];
  for (const body of ['{"a":1}', '{"a":2}', '{"a":2}']) tokens.push(await of('state').sign(call({ body })));
  const processors = of('processors');
  for (const [index, body] of ['{"a":1}', '{"a":2}'].entries())
    for (let time = 0; time < 2; time += 1)
      expect(await processors.verify(tokens[index] ?? '', 'POST /graphql')).toEqual({
        ...{ service: 'state', viewer: alice },
        body: digestOf(body),
      });
  expect(find).toHaveBeenCalledTimes(4);
  expect(tokens[0]).not.toBe(tokens[1]);
});
