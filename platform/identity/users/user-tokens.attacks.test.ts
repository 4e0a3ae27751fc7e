import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { loadConfig } from '../../config/config.ts';
import { createUserTokens } from './user-tokens.ts';

const UNAUTHENTICATED = { code: 'UNAUTHENTICATED' };

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
let own: KeyPair;
let evil: KeyPair;

beforeAll(async () => {
  [own, evil] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
});

/** An issuer, how often it was asked, and tokens checked by its keys. */
async function issuer(userTokens: Record<string, unknown> = {}) {
  const state = {
    asked: 0,
    paths: [] as string[],
    keys: [{ ...(await exportJWK(own.publicKey)), alg: 'ES256', kid: 'own' }],
  };
  const server = createServer((request, response) => {
    state.asked += 1;
    state.paths.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: state.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = createUserTokens({
    config: { ...loadConfig({}), userTokens: { jwksUrl: `${base}/jwks`, ...userTokens } },
    developmentKey: () => Promise.reject(new Error('The development key was asked for')),
    clock: { now: () => new Date() },
  });
  return { state, base, tokens };
}

const sign = (pair: KeyPair, header: Partial<JWTHeaderParameters>, claims: Record<string, unknown> = {}) => {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ sub: 'alice', exp: now + 3_600, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'own', ...header })
    .sign(pair.privateKey);
};

function passSeconds(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() + seconds * 1_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

it('asks no address that a token names, and takes no key that it brings', async () => {
  const { state, base, tokens } = await issuer();
  const jwk = { ...(await exportJWK(evil.publicKey)), alg: 'ES256' };
  const headers: Partial<JWTHeaderParameters>[] = [
    { jku: `${base}/evil` },
    { x5u: `${base}/evil` },
    { jwk },
    { x5c: ['bm90IGEgY2VydA=='] },
    { kid: `${base}/evil` },
    { kid: '../../../../dev/null' },
    { kid: '/etc/passwd' },
    { kid: "own' OR '1'='1" },
    { kid: 'own\0' },
    { kid: '' },
    { kid: '__proto__' },
  ];
  for (const header of headers)
    await expect(tokens.verify(await sign(evil, header))).rejects.toMatchObject(UNAUTHENTICATED);
  // The same, signed by the right key, is a token like any other.
  expect(await tokens.verify(await sign(own, { jku: `${base}/evil`, jwk }))).toMatchObject({
    userId: 'alice',
  });
  expect(new Set(state.paths)).toEqual(new Set(['/jwks']));
});

it('asks the issuer once in half a minute, however many made-up keys are named', async () => {
  const { state, tokens } = await issuer();
  const madeUp = Array.from({ length: 200 }, (_, index) => sign(evil, { kid: `key-${index}` }));
  const refused = await Promise.allSettled((await Promise.all(madeUp)).map((token) => tokens.verify(token)));
  expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
  expect(state.asked).toBe(1);
  passSeconds(31);
  await expect(tokens.verify(await sign(evil, { kid: 'another' }))).rejects.toMatchObject(UNAUTHENTICATED);
  expect(state.asked).toBe(2);
});

it('a key that the issuer withdraws stops working within six minutes, for a token that was verified as well', async () => {
  const { state, tokens } = await issuer();
  const token = await sign(own, {});
  expect(await tokens.verify(token)).toMatchObject({ userId: 'alice' });
  state.keys = [];
  passSeconds(361);
  await expect(tokens.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
});

it.each([
  [0, 0, true],
  [0, -2, false],
  [30, -28, true],
  [30, -32, false],
  [300, -298, true],
  [300, -302, false],
])(
  'with a tolerance of %i s, a token that ended %i s ago is taken: %s',
  async (toleranceSeconds, end, taken) => {
    const { tokens } = await issuer({ toleranceSeconds });
    const now = Math.floor(Date.now() / 1_000);
    const token = await sign(own, {}, { exp: now + end + (end === 0 ? 60 : 0) });
    const verified = tokens.verify(token);
    if (taken) expect(await verified).toMatchObject({ userId: 'alice' });
    else await expect(verified).rejects.toMatchObject(UNAUTHENTICATED);
    if (end !== 0)
      expect(tokens.acceptedUntil(token)).toEqual(new Date((now + end + toleranceSeconds) * 1_000));
  },
);

it('a token of the future, one without an end and one of more than 16 KiB are refused', async () => {
  const { tokens } = await issuer();
  const now = Math.floor(Date.now() / 1_000);
  for (const claims of [
    { nbf: now + 60 },
    { exp: undefined },
    { roles: ['x'.repeat(17_000)] },
    { filler: 'x'.repeat(17_000) },
  ])
    await expect(tokens.verify(await sign(own, {}, claims))).rejects.toMatchObject(UNAUTHENTICATED);
});
