import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violationsOf } from './harness/axe.ts';
import { openStudio, type Studio } from './harness/studio.ts';

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
  await studio.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: studio.url });
});
afterAll(() => studio?.close());
afterEach(async () => {
  await studio.context.unrouteAll();
  await Promise.all(studio.context.pages().map((page) => page.close()));
});

const CONFIG = '**/studio/config.json';
/** As a gateway whose users sign in elsewhere. */
const withoutToken = async (route: Route) => {
  const config = (await (await route.fetch()).json()) as object;
  await route.fulfill({ json: { ...config, token: null } });
};

async function openDoor(): Promise<Page> {
  await studio.context.route(CONFIG, withoutToken);
  return studio.open();
}

async function paste(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const fault = (page: Page) => page.getByRole('alert');
const bar = (page: Page) => page.getByRole('navigation', { name: 'Studio' });

describe('the frame', () => {
  it('names the tab after the screen, marks its place and gives it the focus', async () => {
    const page = await studio.open();
    expect(await page.title()).toBe('Shelf · Blobgraph Studio');
    expect(await bar(page).getByRole('link', { name: 'Shelf' }).getAttribute('aria-current')).toBe('page');
    await bar(page).getByRole('link', { name: 'Run' }).click();
    await page.getByRole('heading', { level: 1, name: 'Run' }).waitFor();
    expect(await page.title()).toBe('Run · Blobgraph Studio');
    expect(new URL(page.url()).pathname).toBe('/studio/');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('lets the keyboard skip to the content', async () => {
    const page = await studio.open();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('button', { name: 'Skip to the content' });
    expect(await skip.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('keeps the theme that was chosen, and wears it from the first moment', async () => {
    const page = await studio.open();
    const theme = () => page.evaluate('document.documentElement.dataset.theme ?? "auto"');
    expect(await theme()).toBe('auto');
    const choose = page.getByRole('button', { name: /^Colours: / });
    await choose.click();
    await choose.click();
    expect(await theme()).toBe('dark');
    // Held back, so that what is there is the page before it knows anything.
    await studio.context.route(CONFIG, () => {});
    await page.reload();
    await page.getByText('Loading the Studio').waitFor({ state: 'attached' });
    expect(await theme()).toBe('dark');
    await studio.context.unrouteAll({ behavior: 'ignoreErrors' });
    await page.reload();
    await choose.click();
    expect(await theme()).toBe('auto');
  });

  it('says so at an address that is none', async () => {
    const page = await studio.open('#/nothing/here');
    expect(await page.title()).toBe('Nothing here · Blobgraph Studio');
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'To the shelf' }).click();
    await page.getByRole('heading', { level: 1, name: 'Shelf' }).waitFor();
  });

  it('gives the operation behind a screen as GraphQL and curl, and opens it in GraphiQL', async () => {
    const page = await studio.open();
    const copied = () => page.evaluate('navigator.clipboard.readText()') as Promise<string>;
    const menu = page.getByRole('button', { name: 'Copy as', exact: true });
    await menu.click();
    await page.getByRole('button', { name: 'Copy as GraphQL' }).click();
    await page.getByText('Copied as GraphQL.').waitFor();
    expect(await copied()).toMatch(/^(query \w+.*|)\{\n/);
    await menu.press('Enter');
    await page.getByRole('button', { name: 'Copy as curl' }).press('Enter');
    await page.getByText('Copied as curl.').waitFor();
    expect(await copied()).toContain(`curl '${studio.url}/graphql'`);
    // The menu is gone, and the focus where it was.
    expect(await menu.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
    await menu.click();
    const link = page.getByRole('link', { name: 'Open in GraphiQL' });
    expect(await link.getAttribute('href')).toMatch(/^\/graphiql\/#query=/);
    expect(await violationsOf(page)).toEqual([]);
  });
});

describe('the connection', () => {
  it('says when it is lost, keeps what is shown, and goes on by itself', async () => {
    const page = await studio.open();
    const notice = page.getByText('The connection is lost.');
    studio.cut();
    await notice.waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Shelf');
    expect(await violationsOf(page)).toEqual([]);
    studio.mend();
    await notice.waitFor({ state: 'detached' });
  });

  it('says so when the gateway cannot be reached at the start, and tries again when asked', async () => {
    await studio.context.route(CONFIG, (route) => route.fulfill({ status: 503, body: '' }));
    const page = await studio.context.newPage();
    await page.goto(`${studio.url}/studio/`);
    await fault(page).waitFor();
    expect(await fault(page).innerText()).toContain('The gateway answered 503');
    await studio.context.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Shelf' }).waitFor();
  });

  it('takes nothing else with it when a screen’s files do not come', async () => {
    const page = await studio.open();
    await studio.context.route(/\/assets\/run-.*\.js/, (route) => route.fulfill({ status: 404, body: '' }));
    await bar(page).getByRole('link', { name: 'Run' }).click();
    await page.getByText('This screen cannot be shown').waitFor();
    await bar(page).getByRole('link', { name: 'Shelf' }).click();
    await page.getByRole('heading', { level: 1, name: 'Shelf' }).waitFor();
  });
});

describe('the door', () => {
  it('tells what is wrong with a token, at its field', async () => {
    const page = await openDoor();
    await paste(page, '');
    expect(await fault(page).innerText()).toBe('Paste a token first.');
    await paste(page, 'no token');
    expect(await fault(page).innerText()).toContain('three parts');
    const end = Date.now() - 60_000;
    await paste(page, await studio.system.tokenUntil(await studio.system.token('late'), end));
    expect(await fault(page).innerText()).toContain('has ended');
    await paste(page, 'a.b.c');
    await page.getByText('The gateway did not take this token').waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  it('lets a user in and out, and keeps the token in the tab alone', async () => {
    const page = await openDoor();
    const token = await studio.system.token('ada');
    await paste(page, `Bearer ${token}`);
    await page.getByText('ada', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('ada', { exact: true }).waitFor();
    expect(JSON.stringify(await studio.context.storageState())).not.toContain(token);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).not.toContain(
      token,
    );
    expect(await fault(page).count()).toBe(0);
  });

  it('asks for another token when one ends, before it is sent once more', async () => {
    const page = await openDoor();
    const end = Date.now() + 3_600_000;
    await paste(page, await studio.system.tokenUntil(await studio.system.token('ada'), end));
    await page.getByText('ada', { exact: true }).waitFor();
    const refused: number[] = [];
    page.on('response', (response) => {
      if (response.status() === 401) refused.push(response.status());
    });
    await page.clock.setSystemTime(end);
    studio.cut();
    studio.mend();
    await page.getByText('Your token has ended').waitFor();
    expect(refused).toEqual([]);
    await page.clock.setSystemTime(Date.now());
    await paste(page, await studio.system.token('ada'));
    await page.getByText('ada', { exact: true }).waitFor();
  });

  it('opens anew when a gateway in development does not take its own token any more', async () => {
    await studio.context.route(CONFIG, async (route) => {
      const config = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...config, token: 'a.b.c' } });
    });
    const page = await studio.context.newPage();
    await page.goto(`${studio.url}/studio/`);
    await page.getByText('The gateway does not take its own token').waitFor();
    await studio.context.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Shelf' }).waitFor();
  });
});

it('asked no other host, and nothing went wrong but what was made to', () => {
  expect(studio.strangers()).toEqual([]);
  const made = /status of (?:401|404|503)|Failed to fetch dynamically imported module|run-[^ ]*\.js/;
  expect(studio.problems().filter((problem) => !made.test(problem))).toEqual([]);
});
