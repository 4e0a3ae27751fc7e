import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import { mainJob, type System, startSystem } from '../harness/system.ts';
import { violationsOf } from './harness/axe.ts';
import { AUDIENCE, type OpenIdProvider, startProvider, TOKEN_SECONDS } from './harness/provider.ts';

let browser: Browser;
let provider: OpenIdProvider;
let system: System;
let context: BrowserContext;
let studio: string;

beforeAll(async () => {
  browser = await launchBrowser();
  provider = await startProvider();
  system = await startSystem('embedded', {
    services: mainJob,
    environment: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: 'studio',
      OIDC_PARAMETERS: `resource=${encodeURIComponent(AUDIENCE)}`,
      JWKS_URL: `${provider.issuer}/jwks`,
      JWT_ISSUER: provider.issuer,
      JWT_AUDIENCE: AUDIENCE,
      JWT_CLOCK_TOLERANCE_SECONDS: '0',
    },
  });
  await provider.serve(system.urls.gateway);
  studio = `${system.urls.gateway}/studio/`;
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
  await provider?.close();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, reducedMotion: 'reduce' });
});
afterEach(async () => {
  provider.mend();
  await context.close();
});

const signInButton = (page: Page) => page.getByRole('button', { name: 'Sign in', exact: true });
const alertOf = (page: Page) => page.getByRole('alert');

async function open(address = '#/run'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(studio + address);
  return page;
}

/** Goes through the provider's own pages. */
async function throughProvider(page: Page, name: string): Promise<void> {
  await signInButton(page).click();
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function signedIn(name: string, address = '#/run'): Promise<Page> {
  const page = await open(address);
  await throughProvider(page, name);
  await page.getByRole('heading', { level: 1, name: 'Run' }).waitFor();
  return page;
}

/** All that the browser keeps of the page's origin, but for cookies, of which there are none. */
const keptBy = (page: Page) =>
  page.evaluate(
    'JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])',
  );

describe('sign-in by an OpenID provider', () => {
  it('goes to the provider and comes back to where the user wanted to be, with nothing in address or storage', async () => {
    const page = await open('#/run');
    await signInButton(page).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await throughProvider(page, 'alice');
    await page.getByRole('heading', { level: 1, name: 'Run' }).waitFor();
    expect(page.url()).toBe(`${studio}#/run`);
    await page.getByText('alice', { exact: true }).waitFor();
    const kept = String(await keptBy(page));
    expect(kept).not.toMatch(/eyJ|verifier|code/);
    expect(kept).toContain('blobgraph:signed-in');
  });

  it('goes on while tokens end and others follow, over one connection; a reload asks nobody', async () => {
    const sockets: string[] = [];
    const pings: string[] = [];
    context.on('page', (page) =>
      page.on('websocket', (socket) => {
        sockets.push(socket.url());
        socket.on('framesent', ({ payload }) => {
          if (String(payload).includes('"ping"') && String(payload).includes('authorization'))
            pings.push('sent');
        });
      }),
    );
    const page = await signedIn('alice');
    const before = provider.renewals;
    await expect
      .poll(() => provider.renewals, { timeout: 8 * TOKEN_SECONDS * 1_000 })
      .toBeGreaterThanOrEqual(before + 3);
    // The first token is over by now: what is asked and heard is by its successors.
    await expect.poll(() => pings.length).toBeGreaterThanOrEqual(3);
    expect(sockets).toHaveLength(1);
    expect(await page.getByText('The connection is lost').count()).toBe(0);
    await page.getByRole('link', { name: 'Pictures' }).click();
    await page.getByRole('heading', { level: 1, name: 'Pictures' }).waitFor();
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Pictures' }).waitFor();
    expect(page.url()).toBe(`${studio}#/pictures`);
  });

  it('tells an operator by the token’s role, as the API does', async () => {
    const page = await signedIn('operator');
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor();
    const other = await browser.newContext();
    const reader = await other.newPage();
    await reader.goto(`${studio}#/run`);
    await throughProvider(reader, 'bob');
    await reader.getByText('Your token is none of an operator’s').waitFor();
    expect(await reader.getByRole('heading', { name: 'Dead letters' }).count()).toBe(0);
    await other.close();
  });

  it('signs out, at the provider too', async () => {
    const page = await signedIn('alice');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /Yes, sign me out/ }).click();
    await signInButton(page).waitFor();
    expect(await keptBy(page)).not.toContain('signed-in');
    // The provider asks who it is again.
    await signInButton(page).click();
    await page.locator('input[name=login]').waitFor();
  });

  it('signs out here while the provider is away, and says that it was not told', async () => {
    const page = await signedIn('alice');
    provider.cut();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => alertOf(page).innerText()).toContain('You are signed out here.');
    expect(await keptBy(page)).not.toContain('signed-in');
  });

  it('says so when the provider did not let the user in', async () => {
    const page = await open();
    await signInButton(page).click();
    await page.getByRole('link', { name: /Cancel/ }).click();
    await expect.poll(() => alertOf(page).innerText()).toContain('did not let you in');
    expect(page.url()).toBe(`${studio}#/run`);
    await throughProvider(page, 'alice');
    await page.getByRole('heading', { level: 1, name: 'Run' }).waitFor();
  });

  it('says so while the provider is away, and goes on when it is back', async () => {
    const page = await open();
    await signInButton(page).waitFor();
    provider.cut();
    await signInButton(page).click();
    await expect.poll(() => alertOf(page).innerText()).toContain('The provider does not answer');
    provider.mend();
    await throughProvider(page, 'alice');
    await page.getByRole('heading', { level: 1, name: 'Run' }).waitFor();
  });

  it('keeps what is shown while the provider is away as a token ends, and renews it afterwards', async () => {
    const page = await signedIn('alice');
    provider.cut();
    await expect
      .poll(() => page.getByText('The provider does not answer').count(), {
        timeout: 4 * TOKEN_SECONDS * 1_000,
      })
      .toBe(1);
    expect(await page.getByRole('heading', { level: 1, name: 'Run' }).count()).toBe(1);
    provider.mend();
    await expect
      .poll(() => page.getByText('The provider does not answer').count(), {
        timeout: 4 * TOKEN_SECONDS * 1_000,
      })
      .toBe(0);
    await page.getByRole('link', { name: 'Pictures' }).click();
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
  });
});

describe('attacks on the sign-in', () => {
  it('an answer that no sign-in of the tab asked for is not taken', async () => {
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${studio}?code=of-an-attacker&state=of-an-attacker#/run`);
    await expect.poll(() => alertOf(page).innerText()).toContain('belongs to no sign-in of this tab');
    expect(page.url()).toBe(studio);
    expect(asked.filter((url) => url.includes('/token'))).toEqual([]);
  });

  it('an answer whose state was altered is not taken, and the code with it', async () => {
    const page = await open();
    // What the page asks for, so that the provider answers with another state.
    await page.route(`${provider.issuer}/auth?*`, (route) => {
      const address = new URL(route.request().url());
      address.searchParams.set('state', 'altered');
      return route.continue({ url: address.href });
    });
    await throughProvider(page, 'alice');
    await expect.poll(() => alertOf(page).innerText()).toContain('belongs to no sign-in of this tab');
  });

  it('a code is good once: the address of a sign-in that is done does nothing', async () => {
    const page = await open();
    const answers: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('code=') && request.url().startsWith(studio)) answers.push(request.url());
    });
    await throughProvider(page, 'alice');
    await page.getByRole('heading', { level: 1, name: 'Run' }).waitFor();
    const [answer = ''] = answers;
    await page.goto(answer);
    await expect.poll(() => alertOf(page).innerText()).toContain('belongs to no sign-in of this tab');
    const again = await fetch(`${provider.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'studio',
        code: new URL(answer).searchParams.get('code') ?? '',
        redirect_uri: studio,
        code_verifier: 'x'.repeat(43),
      }),
    });
    expect([again.status, ((await again.json()) as { error: string }).error]).toEqual([400, 'invalid_grant']);
  });

  it('a token that another has forged opens nothing, and the page says what it may be', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    expect(await exportJWK(publicKey)).toBeTruthy();
    const forged = await new SignJWT({ roles: ['operator'] })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(provider.issuer)
      .setAudience(AUDIENCE)
      .setSubject('alice')
      .setExpirationTime('1h')
      .sign(privateKey);
    const page = await open();
    await page.route(`${provider.issuer}/token`, async (route) => {
      const answer = await route.fetch();
      if (route.request().method() !== 'POST') return route.fulfill({ response: answer });
      const body = (await answer.json()) as object;
      return route.fulfill({ response: answer, json: { ...body, access_token: forged } });
    });
    await throughProvider(page, 'alice');
    await expect.poll(() => alertOf(page).innerText()).toContain('does not take what the provider gave');
    await page.unroute(`${provider.issuer}/token`);
    await signInButton(page).click();
    await page.getByRole('heading', { level: 1, name: 'Run' }).waitFor();
  });

  it('a clock that is off is told as one', async () => {
    const page = await open();
    await page.addInitScript('Date.now = ((now) => () => now() + 7_200_000)(Date.now)');
    await page.reload();
    await throughProvider(page, 'alice');
    await expect.poll(() => alertOf(page).innerText()).toContain('The clock of this device');
  });
});
