import { describe, expect, test } from 'vitest';
import { builtPageContract } from '../pages/built-page.contract.ts';
import { pageUnderTest } from '../pages/built-page.fixture.ts';
import { type StudioOptions, studioRoutes } from './routes.ts';

type Given = Omit<StudioOptions, 'token' | 'appFolder'>;

const pageOf = (given: Given) =>
  pageUnderTest('/studio', (app, options) => app.register(studioRoutes, { ...options, ...given }));

const openId = { issuer: 'https://login.example.com/tenant/1', clientId: 'studio', scope: 'openid' };

describe('with nothing else beside it', () => {
  const page = pageOf({ openId: null, graphiql: true, objectStore: undefined });
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

describe('with an object store and a provider of identities', () => {
  const page = pageOf({ openId, graphiql: false, objectStore: 'https://objects.example.com' });

  test('its policy allows these two, each for what it is asked for', async () => {
    expect(await page.policy()).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'img-src': "'self' https://objects.example.com data: blob:",
      'connect-src': "'self' https://objects.example.com https://login.example.com",
      'form-action': "'none'",
    });
  });

  test('the settings name the provider, to everybody', async () => {
    const settings = { openId, graphiql: false };
    expect(await page.config()).toEqual({ token: 'a.b.c', ...settings });
    expect(await page.config({ 'sec-fetch-site': 'cross-site' })).toEqual({ token: null, ...settings });
  });
});
