import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { builtPageContract } from '../pages/built-page.contract.ts';
import { pageUnderTest } from '../pages/built-page.fixture.ts';
import { type StudioOptions, studioRoutes } from './routes.ts';

type Given = Omit<StudioOptions, 'token' | 'appFolder' | 'logger'>;
const logger = createLogger('silent');

const pageOf = (given: Given) =>
  pageUnderTest('/studio', (app, options) => app.register(studioRoutes, { ...options, ...given, logger }));

const openId = {
  issuer: 'https://login.example.invalid/tenant/1',
  clientId: 'studio',
  scope: 'openid',
  parameters: { audience: 'https://api.example.com' },
};

describe('with nothing else beside it', () => {
  const page = pageOf({ openId: undefined, graphiql: true, objectStore: undefined });
  builtPageContract(page);

  test('the settings hold the token, and where users sign in', async () => {
    expect(await page.config()).toEqual({ token: 'a.b.c', openId: null, graphiql: true });
  });

  test('its policy knows nobody but the gateway', async () => {
    expect(await page.policy()).toMatchObject({
      'style-src': "'self' 'unsafe-inline'",
      'font-src': "'self'",
      'img-src': "'self' data: blob:",
      'connect-src': "'self'",
    });
  });
});

describe('with an object store and a provider of identities that does not answer', () => {
  const page = pageOf({ openId, graphiql: false, objectStore: 'https://objects.example.com' });

  test('its policy allows these two, each for what it is asked for', async () => {
    expect(await page.policy()).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'img-src': "'self' https://objects.example.com data: blob:",
      'connect-src': "'self' https://objects.example.com https://login.example.invalid",
      'form-action': "'none'",
    });
  });

  test('the settings name the provider, to everybody', async () => {
    const settings = { openId: { ...openId, server: null }, graphiql: false };
    expect(await page.config()).toEqual({ token: 'a.b.c', ...settings });
    expect(await page.config({ 'sec-fetch-site': 'cross-site' })).toEqual({ token: null, ...settings });
  });
});

describe('with a provider whose endpoints have other origins than its issuer', () => {
  let said: (issuer: string) => object = () => ({});
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said(issuer())));
  });
  const issuer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const found = (own: string) => ({
    issuer: own,
    authorization_endpoint: `${own}/auth`,
    token_endpoint: 'https://tokens.example.com/token',
    revocation_endpoint: 'https://revoked.example.com/revoke',
    jwks_uri: 'https://keys.example.com/keys',
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());
  const page = pageUnderTest('/studio', (app, options) => {
    asked = 0;
    const given = { openId: { ...openId, issuer: issuer() }, graphiql: false, objectStore: undefined };
    return app.register(studioRoutes, { ...options, ...given, logger });
  });

  test('the policy allows those that the page asks, and no others; the settings tell where they are', async () => {
    said = found;
    expect((await page.policy())['connect-src']).toBe(
      `'self' ${issuer()} https://tokens.example.com https://revoked.example.com`,
    );
    const { jwks_uri: _unused, ...server } = found(issuer());
    expect(await page.config()).toMatchObject({ openId: { issuer: issuer(), server } });
    expect(asked).toBe(1);
  });

  test.each([
    ['speaks for another issuer', (own: string) => ({ ...found(own), issuer: 'https://evil.example.com' })],
    [
      'names an address that is none',
      (own: string) => ({ ...found(own), token_endpoint: "'none'; script-src *" }),
    ],
    [
      'names a script for an address',
      (own: string) => ({ ...found(own), token_endpoint: 'javascript:alert(1)' }),
    ],
    ['says nothing', () => ({})],
  ])('nothing is taken of one that %s', async (_, says) => {
    said = says;
    expect((await page.policy())['connect-src']).toBe(`'self' ${issuer()}`);
    expect(await page.config()).toMatchObject({ openId: { server: null } });
    // It is not asked again with each file of the page.
    expect(asked).toBe(1);
  });
});
