import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader, SignJWT } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../config/config.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { serve } from '../../testing/http-server.ts';
import { systemClock } from '../../time/clock.ts';
import { developmentKeys } from '../keys/development-keys.ts';
import { JWKS_PATH, jwksOf } from '../keys/jwks.ts';
import { newServiceKey, oneLine, readServiceKeys } from '../keys/service-keys.ts';
import { createIdentities } from './identity.ts';
import type { ServiceTokens } from './service-tokens.ts';

const SECRET = 'the secret that services shared before';
const alice = { userId: 'alice', roles: ['operator'] };

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'blobgraph-identity-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** A process of its own: its environment, its keys, its log. */
async function processOf(environment: Record<string, string> = {}) {
  const dataDir = await folder();
  const logs: string[] = [];
  const identities = createIdentities({
    config: loadConfig({ DATA_DIR: dataDir, ...environment }),
    keys: developmentKeys(dataDir),
    developmentSecret: undefined,
    clock: systemClock,
    logger: createLogger('warn', { write: (line) => void logs.push(line) }),
  });
  return { of: (service: 'state' | 'gateway' | 'schemas') => identities.of(service, async () => []), logs };
}

/** Publishes the keys of whoever is `current`; of the release before, which answers 401 to strangers, when it is null. */
async function place() {
  let current: ServiceTokens | null = null;
  const asked: string[] = [];
  const url = await serve(async ({ url: path = '' }, response) => {
    asked.push(path);
    if (current && path === JWKS_PATH) response.end(jwksOf(await current.published()));
    else response.writeHead(401).end('{"error":{"code":"UNAUTHENTICATED","message":"No."}}');
  });
  return {
    url,
    asked,
    put: (tokens: ServiceTokens | null) => {
      current = tokens;
    },
  };
}

const ROUTE = 'POST /graphql';
const call = (baseUrl: string, to = 'state') => ({ to, baseUrl, route: ROUTE, viewer: alice });

/** A token as the release before signed it. */
const signedBefore = (caller: string, secret = SECRET, claims: object = {}) =>
  new SignJWT({ caller, roles: alice.roles, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('blobgraph')
    .setAudience('blobgraph-services')
    .setSubject(alice.userId)
    .setIssuedAt()
    .setExpirationTime('1 minute')
    .sign(new TextEncoder().encode(secret));

describe('services in processes of their own', () => {
  it('know each other by the keys that they publish, whichever starts first', async () => {
    const gateway = await place();
    const state = (await processOf({ GATEWAY_URL: gateway.url })).of('state');
    const caller = (await processOf()).of('gateway');
    const token = await caller.sign(call('http://127.0.0.1:9'));
    gateway.put(caller);
    expect(await state.verify(token, ROUTE)).toEqual({ service: 'gateway', viewer: alice });
    expect(gateway.asked).toEqual([JWKS_PATH]);
  });

  it('know a service that comes back with another key beside the one before', async () => {
    const [old, next] = [newServiceKey(), newServiceKey()];
    const dir = await folder();
    const file = join(dir, 'gateway.pem');
    await writeFile(file, old);
    const gateway = await place();
    const state = (await processOf({ GATEWAY_URL: gateway.url })).of('state');
    const before = (await processOf({ GATEWAY_KEY_FILE: file })).of('gateway');
    gateway.put(before);
    const first = await before.sign(call('http://127.0.0.1:9'));
    expect(await state.verify(first, ROUTE)).toMatchObject({ service: 'gateway' });
    await writeFile(file, `${next}\n${old}`);
    const after = (await processOf({ GATEWAY_KEY_FILE: file })).of('gateway');
    gateway.put(after);
    const second = await after.sign(call('http://127.0.0.1:9'));
    expect(decodeProtectedHeader(second).kid).toBe(readServiceKeys(next)[0].kid);
    // A source that was asked a moment ago is asked again within a second.
    await expect
      .poll(() => state.verify(second, ROUTE).catch(({ code }) => code), { timeout: 10_000 })
      .toMatchObject({ service: 'gateway' });
    expect(await state.verify(first, ROUTE)).toMatchObject({ service: 'gateway' });
  });

  it('take nobody for another: keys are asked for where the environment says, whatever a token names', async () => {
    const gateway = await place();
    const state = (await processOf({ GATEWAY_URL: gateway.url })).of('state');
    gateway.put((await processOf()).of('gateway'));
    const stranger = (await processOf()).of('gateway');
    await expect(state.verify(await stranger.sign(call('http://127.0.0.1:9')), ROUTE)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('of one process have a key each, and ask nobody for it', async () => {
    const one = await processOf({ GATEWAY_URL: 'http://127.0.0.1:9' });
    const [gateway, state] = [one.of('gateway'), one.of('state')];
    expect(await state.verify(await gateway.sign(call('')), ROUTE)).toMatchObject({ service: 'gateway' });
    const kids = await Promise.all([gateway, state].map(async (each) => (await each.published())[0]?.kid));
    expect(new Set(kids).size).toBe(2);
  });

  it.each([
    [
      { NODE_ENV: 'test', STATE_KEY_FILE: '/nowhere/key.pem' },
      'STATE_KEY_FILE: the file cannot be read (ENOENT)',
    ],
    [{ NODE_ENV: 'test', STATE_KEY_FILE: '/dev/null' }, 'STATE_KEY_FILE: must be private Ed25519 keys'],
  ])('do not start without a usable key: %j', async (environment, message) => {
    const { of } = await processOf(environment);
    await expect(of('state').published()).rejects.toThrow(message);
  });

  it('do not make themselves a key in production', async () => {
    const production = {
      NODE_ENV: 'production',
      JWKS_URL: 'https://login.example/jwks.json',
      JWT_ISSUER: 'https://login.example/',
      JWT_AUDIENCE: 'blobgraph',
      CONNECTION_KEY: Buffer.alloc(32).toString('base64'),
    };
    await expect((await processOf(production)).of('state').published()).rejects.toThrow('STATE_KEY: set it');
    const key = oneLine(newServiceKey());
    const [published] = await (await processOf({ ...production, STATE_KEY: key })).of('state').published();
    expect(published?.kid).toBe(readServiceKeys(key)[0].kid);
  });
});

describe('while services of the release before are being replaced', () => {
  it('a token of theirs is taken while SERVICE_SECRET is set, with a warning, and no longer', async () => {
    const during = await processOf({ SERVICE_SECRET: SECRET });
    const state = during.of('state');
    const token = await signedBefore('gateway');
    expect(await state.verify(token, ROUTE)).toEqual({ service: 'gateway', viewer: alice });
    expect(await state.verify(token, 'GET /elsewhere')).toEqual({ service: 'gateway', viewer: alice });
    await state.verify(await signedBefore('gateway', SECRET, { jti: 'another' }), ROUTE);
    const warnings = during.logs.map((line) => JSON.parse(line));
    expect(warnings).toMatchObject([
      { msg: expect.stringContaining('SERVICE_SECRET is set') },
      { caller: 'gateway', msg: expect.stringContaining('signs with SERVICE_SECRET') },
    ]);
    expect(during.logs.join()).not.toContain(SECRET);
    const after = await processOf();
    await expect(after.of('state').verify(token, ROUTE)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(after.logs).toEqual([]);
  });

  it('nothing but their own kind of token is taken beside ours', async () => {
    const state = (await processOf({ SERVICE_SECRET: SECRET })).of('state');
    const [{ x = '' } = {}] = await state.published();
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      ...{ caller: 'gateway', sub: 'alice', iss: 'blobgraph', aud: 'blobgraph-services' },
      exp: Date.now() / 1_000 + 60,
    };
    const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.`;
    // The public key as a secret: known to everybody.
    const head = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
    const confused = `${head}.${createHmac('sha256', Buffer.from(x, 'base64url')).update(head).digest('base64url')}`;
    for (const token of [unsigned, confused, await signedBefore('gateway', `${SECRET}!`)])
      await expect(state.verify(token, ROUTE)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('they are called as they understand it, and in our own form within a second of being replaced', async () => {
    const state = await place();
    const gateway = (await processOf({ SERVICE_SECRET: SECRET })).of('gateway');
    const algorithm = async () => decodeProtectedHeader(await gateway.sign(call(state.url))).alg;
    expect(await algorithm()).toBe('HS256');
    const token = await gateway.sign(call(state.url));
    const now = (await processOf({ SERVICE_SECRET: SECRET })).of('state');
    expect(await now.verify(token, ROUTE)).toEqual({ service: 'gateway', viewer: alice });
    state.put(now);
    await expect.poll(algorithm, { timeout: 10_000 }).toBe('EdDSA');
    const probes = state.asked.length;
    for (let times = 0; times < 50; times++) await algorithm();
    expect(state.asked).toHaveLength(probes);
  });

  it('without SERVICE_SECRET nobody is asked what they understand', async () => {
    const state = await place();
    const gateway = (await processOf()).of('gateway');
    expect(decodeProtectedHeader(await gateway.sign(call(state.url))).alg).toBe('EdDSA');
    expect(state.asked).toEqual([]);
  });

  it('routers of theirs are let in with the secret that they have', async () => {
    const [router, next] = ['the secret of routers, long enough', 'the one that takes its place, as long'];
    const both = `${next}\n${router}`;
    const during = (await processOf({ SERVICE_SECRET: SECRET, ROUTER_SECRET: both })).of('state');
    const after = (await processOf({ ROUTER_SECRET: next })).of('state');
    const given = [SECRET, router, next, both];
    expect(given.map((secret) => during.isRouterSecret(secret))).toEqual([true, true, true, false]);
    expect(given.map((secret) => after.isRouterSecret(secret))).toEqual([false, false, true, false]);
    expect((await processOf()).of('state').isRouterSecret('')).toBe(false);
  });
});
