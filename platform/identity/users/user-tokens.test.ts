import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../config/config.ts';
import { createUserTokens, signDevelopmentToken } from './user-tokens.ts';

const NOW = new Date('2026-01-31T12:00:00Z');
const clock = { now: () => NOW };
const later = (seconds: number) => ({ now: () => new Date(NOW.getTime() + seconds * 1_000) });
const DAY = 24 * 3_600;

let key: JWK;

beforeAll(async () => {
  key = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey);
});

const config = (userTokens: Config['userTokens'] = {}): Config => ({
  ...loadConfig({ NODE_ENV: 'test' }),
  userTokens,
});
const local = (at = clock) =>
  createUserTokens({ config: config(), developmentKey: async () => key, clock: at });
const token = (userId: string, roles: string[] = []) =>
  signDevelopmentToken({ key, viewer: { userId, roles }, clock });

test.each(['alice', 'auth0|x', 'a@b.c', '*', 'ü😀'])('a local token is its user’s: %s', async (userId) => {
  expect(await local().verify(await token(userId, ['operator']))).toEqual({ userId, roles: ['operator'] });
});

test('a token is accepted until it ends, give or take half a minute', async () => {
  const alice = await token('alice');
  expect(local().acceptedUntil(alice)).toEqual(later(30 * DAY + 30).now());
  expect(await local(later(30 * DAY + 29)).verify(alice)).toMatchObject({ userId: 'alice' });
  await expect(local(later(30 * DAY + 31)).verify(alice)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test.each(['', 'a'.repeat(257), 'half \ud800', 'nul \0'])(
  'a subject that is no user id is refused',
  async (userId) => {
    await expect(local().verify(await token(userId))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  },
);

test('roles that no token between services could hold are refused here, by the front door', async () => {
  const many = Array.from({ length: 400 }, (_, index) => `role-${index}`);
  expect((await local().verify(await token('alice', many.slice(0, 300)))).roles).toHaveLength(300);
  await expect(local().verify(await token('alice', many))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a token of another key, issuer or audience is refused', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const foreign = createUserTokens({
    config: config({ publicKey: await exportSPKI(publicKey), issuer: 'https://id.example', audience: 'us' }),
    developmentKey: () => Promise.reject(new Error('not asked for')),
    clock,
  });
  const sign = (issuer: string, audience: string) =>
    new SignJWT({ sub: 'alice' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime(later(60).now())
      .sign(privateKey);
  expect(await foreign.verify(await sign('https://id.example', 'us'))).toEqual({
    userId: 'alice',
    roles: [],
  });
  const refused = [
    await sign('https://other.example', 'us'),
    await sign('https://id.example', 'them'),
    await token('alice'),
  ];
  for (const each of [...refused, 'garbage', '']) {
    await expect(foreign.verify(each)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});

test('a key that could not be read is asked for again', async () => {
  let readable = false;
  const tokens = createUserTokens({
    config: config(),
    developmentKey: async () => {
      if (!readable) throw new Error('not yet');
      return key;
    },
    clock,
  });
  const alice = await token('alice');
  await expect(tokens.verify(alice)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  readable = true;
  expect(await tokens.verify(alice)).toMatchObject({ userId: 'alice' });
});
