import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Config, loadConfig } from '../../config/config.ts';
import { createUserTokens, type UserTokens } from './user-tokens.ts';

const ISSUER = 'https://id.example';
const AUDIENCE = 'blobgraph';
const UNAUTHENTICATED = { code: 'UNAUTHENTICATED' };
const NO_KEY: () => Promise<JWK> = () => Promise.reject(new Error('The development key was asked for'));

const clock = { now: () => new Date() };
const seconds = (from: number) => Math.floor(Date.now() / 1_000) + from;

function tokensOf(userTokens: Config['userTokens']): UserTokens {
  const config = { ...loadConfig({}), userTokens: { issuer: ISSUER, audience: AUDIENCE, ...userTokens } };
  return createUserTokens({ config, developmentKey: NO_KEY, clock });
}

interface Signing {
  readonly key: CryptoKey | Uint8Array;
  readonly alg: string;
  readonly kid?: string;
}

/** A token that is in order but for what `claims` changes; undefined leaves a claim out. */
function sign({ key, alg, kid }: Signing, claims: Record<string, unknown> = {}): Promise<string> {
  const complete = { sub: 'alice', iss: ISSUER, aud: AUDIENCE, exp: seconds(600), ...claims };
  return new SignJWT(complete).setProtectedHeader({ alg, ...(kid ? { kid } : {}) }).sign(key);
}

interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}
let ec: KeyPair;
let rsa: KeyPair;
let ed: KeyPair;

beforeAll(async () => {
  [ec, rsa, ed] = await Promise.all([
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('EdDSA', { extractable: true }),
  ]);
});

describe('by a public key', () => {
  const byKey = async ({ publicKey }: KeyPair) => tokensOf({ publicKey: await exportSPKI(publicKey) });

  it('takes tokens that its private half signed, of each type of key', async () => {
    const cases: [KeyPair, string][] = [
      [ec, 'ES256'],
      [rsa, 'RS256'],
      [ed, 'EdDSA'],
    ];
    for (const [pair, alg] of cases) {
      const token = await sign({ key: pair.privateKey, alg }, { roles: ['operator', 7, null] });
      expect(await (await byKey(pair)).verify(token)).toEqual({ userId: 'alice', roles: ['operator'] });
    }
  });

  it('refuses tokens that another type of key signed', async () => {
    const token = await sign({ key: ec.privateKey, alg: 'ES256' });
    for (const pair of [rsa, ed]) {
      await expect((await byKey(pair)).verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
    }
  });

  it('refuses tokens without a signature, and those that took the public key for a secret', async () => {
    const tokens = await byKey(rsa);
    const unsigned = new UnsecuredJWT({ sub: 'alice' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setExpirationTime('10m')
      .encode();
    const pem = await exportSPKI(rsa.publicKey);
    const confused = await Promise.all(
      [pem, pem.trim(), `${pem.trim()}\n`].map((secret) =>
        sign({ key: new TextEncoder().encode(secret), alg: 'HS256' }),
      ),
    );
    const [head, claims] = (await sign({ key: rsa.privateKey, alg: 'RS256' })).split('.');
    for (const token of [unsigned, ...confused, `${head}.${claims}.`, `${head}.${claims}`]) {
      await expect(tokens.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
    }
  });

  it('refuses an algorithm that is not among the allowed, even with the right key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('PS512', { extractable: true });
    const token = await sign({ key: privateKey, alg: 'PS512' });
    const tokens = tokensOf({ publicKey: await exportSPKI(publicKey) });
    await expect(tokens.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('refuses a payload that was changed after signing', async () => {
    const [head, , signature] = (await sign({ key: ec.privateKey, alg: 'ES256' })).split('.');
    const claims = { sub: 'bob', iss: ISSUER, aud: AUDIENCE, exp: seconds(600) };
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const tokens = await byKey(ec);
    await expect(tokens.verify(`${head}.${forged}.${signature}`)).rejects.toMatchObject(UNAUTHENTICATED);
  });
});

describe('claims', () => {
  it.each([
    ['expired', { exp: -31 }],
    ['without an end', { exp: undefined }],
    ['not yet valid', { nbf: 31 }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'others' }],
    ['for other audiences', { aud: ['others', 'more'] }],
    ['without an audience', { aud: undefined }],
    ['without a subject', { sub: undefined }],
    ['of an empty subject', { sub: '' }],
    ['of a subject that is a number', { sub: 7 }],
    ['of a subject that is too long', { sub: 'a'.repeat(257) }],
    ['of a subject with half a pair of surrogates', { sub: 'a\ud83d' }],
    ['of a subject with NUL', { sub: 'a\0b' }],
  ])('a token is refused that is %s', async (_, claims: Record<string, unknown>) => {
    const times = Object.entries(claims).map(([name, value]) =>
      ['exp', 'nbf'].includes(name) && typeof value === 'number' ? [name, seconds(value)] : [name, value],
    );
    const tokens = tokensOf({ publicKey: await exportSPKI(ec.publicKey) });
    const token = await sign({ key: ec.privateKey, alg: 'ES256' }, Object.fromEntries(times));
    await expect(tokens.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('a token is taken within half a minute of difference between clocks, and for one of its audiences', async () => {
    const tokens = tokensOf({ publicKey: await exportSPKI(ec.publicKey) });
    for (const claims of [{ exp: seconds(-20) }, { nbf: seconds(20) }, { aud: ['others', AUDIENCE] }]) {
      const token = await sign({ key: ec.privateKey, alg: 'ES256' }, claims);
      expect(await tokens.verify(token)).toEqual({ userId: 'alice', roles: [] });
    }
  });

  it('a refusal says nothing of what was wrong', async () => {
    const tokens = tokensOf({ publicKey: await exportSPKI(ec.publicKey) });
    const refused = await Promise.all(
      [{ exp: seconds(-60) }, { iss: 'x' }, { sub: '' }].map(async (claims) =>
        tokens
          .verify(await sign({ key: ec.privateKey, alg: 'ES256' }, claims))
          .catch((error: Error) => error),
      ),
    );
    expect(new Set(refused.map((error) => (error as Error).message)).size).toBe(1);
  });
});

describe('by the keys that an issuer publishes', () => {
  interface Issuer {
    readonly url: string;
    readonly asked: () => number;
    publish(keys: JWK[]): void;
    /** Answers with this in place of the keys. */
    break(status: number, body: string): void;
    stop(): Promise<void>;
  }

  async function startIssuer(): Promise<Issuer> {
    let answer = { status: 200, body: '{"keys":[]}' };
    let asked = 0;
    const server: Server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const stop = () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
    onTestFinished(stop);
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
      asked: () => asked,
      publish: (keys) => {
        answer = { status: 200, body: JSON.stringify({ keys }) };
      },
      break: (status, body) => {
        answer = { status, body };
      },
      stop,
    };
  }

  const published = async ({ publicKey }: KeyPair, alg: string, kid: string): Promise<JWK> => ({
    ...(await exportJWK(publicKey)),
    alg,
    kid,
    use: 'sig',
  });

  /** Lets the time pass for which the keys are taken as they were read. */
  function passMinutes(minutes: number): void {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  }

  it('takes the tokens of each of them, and asks once', async () => {
    const issuer = await startIssuer();
    issuer.publish([await published(ec, 'ES256', 'one'), await published(rsa, 'RS256', 'two')]);
    const tokens = tokensOf({ jwksUrl: issuer.url });
    const one = await sign({ key: ec.privateKey, alg: 'ES256', kid: 'one' });
    const two = await sign({ key: rsa.privateKey, alg: 'RS256', kid: 'two' });
    expect(await Promise.all([one, two, one].map((token) => tokens.verify(token)))).toEqual(
      Array(3).fill({ userId: 'alice', roles: [] }),
    );
    expect(issuer.asked()).toBe(1);
  });

  it('refuses a key that is not published, or that claims another’s name', async () => {
    const issuer = await startIssuer();
    issuer.publish([await published(ec, 'ES256', 'one')]);
    const tokens = tokensOf({ jwksUrl: issuer.url });
    const other = await generateKeyPair('ES256');
    for (const kid of ['one', 'unknown']) {
      const token = await sign({ key: other.privateKey, alg: 'ES256', kid });
      await expect(tokens.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
    }
    // Made-up keys do not make us ask the issuer again and again.
    expect(issuer.asked()).toBe(1);
  });

  it('learns of a new key, and no longer takes one that is withdrawn', async () => {
    const issuer = await startIssuer();
    issuer.publish([await published(ec, 'ES256', 'old')]);
    const tokens = tokensOf({ jwksUrl: issuer.url });
    const withOld = () =>
      sign({ key: ec.privateKey, alg: 'ES256', kid: 'old' }, { jti: String(Math.random()) });
    const withNew = () => sign({ key: rsa.privateKey, alg: 'RS256', kid: 'new' });
    expect(await tokens.verify(await withOld())).toMatchObject({ userId: 'alice' });
    issuer.publish([await published(rsa, 'RS256', 'new')]);
    passMinutes(1);
    expect(await tokens.verify(await withNew())).toMatchObject({ userId: 'alice' });
    await expect(tokens.verify(await withOld())).rejects.toMatchObject(UNAUTHENTICATED);
    expect(issuer.asked()).toBe(2);
  });

  it.each([
    ['does not answer', (issuer: Issuer) => issuer.stop()],
    ['fails', async (issuer: Issuer) => issuer.break(500, 'secret stack')],
    ['answers something else', async (issuer: Issuer) => issuer.break(200, '<html>')],
    ['answers without keys', async (issuer: Issuer) => issuer.break(200, '{}')],
  ])('does not blame the user when the issuer %s', async (_, fail) => {
    const issuer = await startIssuer();
    await fail(issuer);
    const token = await sign({ key: ec.privateKey, alg: 'ES256', kid: 'one' });
    const tokens = tokensOf({ jwksUrl: issuer.url });
    await expect(tokens.verify(token)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'The issuer of users’ tokens does not answer. Try again later.',
    });
  });

  it('recovers when the issuer does', async () => {
    const issuer = await startIssuer();
    issuer.break(503, '');
    const tokens = tokensOf({ jwksUrl: issuer.url });
    const token = await sign({ key: ec.privateKey, alg: 'ES256', kid: 'one' });
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    issuer.publish([await published(ec, 'ES256', 'one')]);
    expect(await tokens.verify(token)).toMatchObject({ userId: 'alice' });
  });

  it('goes on with the keys that it has while the issuer is away', async () => {
    const issuer = await startIssuer();
    issuer.publish([await published(ec, 'ES256', 'one')]);
    const tokens = tokensOf({ jwksUrl: issuer.url });
    const token = (jti: string) => sign({ key: ec.privateKey, alg: 'ES256', kid: 'one' }, { jti });
    await tokens.verify(await token('first'));
    await issuer.stop();
    expect(await tokens.verify(await token('second'))).toMatchObject({ userId: 'alice' });
    passMinutes(11);
    await expect(tokens.verify(await token('third'))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});
