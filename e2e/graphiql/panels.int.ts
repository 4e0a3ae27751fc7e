import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLink } from '../../gateway/graphiql/link.ts';
import { launchBrowser, type Watch, watch } from '../harness/browser.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';
import {
  axeViolations,
  executeButton,
  openGraphiql,
  openPanel,
  QUERY,
  RESPONSE,
  shown,
  TOOL,
  tabsOf,
  textOf,
} from './page.fixture.ts';

let system: SharedSystem;
let browser: Browser;
let context: BrowserContext;
let seen: Watch;

const newContext = (colorScheme: 'light' | 'dark' = 'light') =>
  browser.newContext({ viewport: { width: 1500, height: 1000 }, colorScheme });

beforeAll(async () => {
  browser = await launchBrowser();
  system = await sharedSystem();
  context = await newContext();
  seen = watch(context);
});
afterAll(async () => {
  await browser?.close();
  await system?.leave();
});

const DRAFTS = `query Drafts($id: ID!) {
  book(id: $id) { chapters { draft { title content { ... on UserBlob { body } } } expanded { content { ... on ExpandedText { modelUsed } } } } }
}`;

const REMOVES = 'mutation Removes($id: ID!) {\n  deleteBook(id: $id) { bookId }\n}';

describe('a link to GraphiQL', () => {
  it('opens an operation with its variables, sends nothing of it, and does not run it', async () => {
    const sent: string[] = [];
    const linked = await newContext();
    linked.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
    const page = await openGraphiql(
      linked,
      system.urls.gateway,
      writeLink({ query: REMOVES, variables: '{"id":"linked-book"}' }),
    );
    await shown(page, QUERY).toContain('mutation Removes');
    await shown(page, TOOL).toContain('"id": "linked-book"');
    expect(await tabsOf(page)).toEqual(['Removes']);
    expect(await textOf(page, RESPONSE)).toBe('');
    // What is in the address still would be in a bookmark and in the history.
    expect(page.url()).toBe(`${system.urls.gateway}/graphiql/`);
    await expect.poll(() => sent.some((each) => each.includes('IntrospectionQuery'))).toBe(true);
    expect(sent.filter((each) => /linked-book|deleteBook/.test(each))).toEqual([]);
    await linked.close();
  });

  it('is followed in an open page, in a tab of its own, and again in the same', async () => {
    const page = await openGraphiql(context, system.urls.gateway);
    const before = await tabsOf(page);
    const follow = (fragment: string) => page.goto(`${page.url()}${fragment}`);
    await follow(writeLink({ query: DRAFTS, variables: '{"id":"one"}' }));
    await expect.poll(() => tabsOf(page)).toEqual([...before, 'Drafts']);
    await shown(page, TOOL).toContain('"id": "one"');
    await follow(writeLink({ query: DRAFTS, variables: '{"id":"two"}' }));
    await shown(page, TOOL).toContain('"id": "two"');
    expect(await tabsOf(page)).toEqual([...before, 'Drafts']);
    await page.close();
  });

  it.each([
    ['a script', '#query=%3Cimg src=x onerror=alert(1)%3E'],
    ['variables that are not JSON', '#query=%7Bme%7Bid%7D%7D&variables=%7B'],
    ['headers', '#query=%7Bme%7Bid%7D%7D&headers=%7B%7D'],
    ['half an escape', '#query=%7B%E0%A4%A'],
    ['megabytes', `#query=${'%7B'.repeat(600_000)}`],
  ])('with %s opens nothing, and says why', async (_, fragment) => {
    const page = await openGraphiql(context, system.urls.gateway, fragment);
    const before = await tabsOf(page);
    const alert = page.locator('.link-problem[role=alert]');
    expect(await alert.innerText()).toContain('This link opens no operation.');
    expect(await alert.locator('img').count()).toBe(0);
    expect(page.url()).toBe(`${system.urls.gateway}/graphiql/`);
    await alert.getByRole('button', { name: 'Close' }).click();
    expect([await alert.count(), await tabsOf(page)]).toEqual([0, before]);
    await page.close();
  });

  it('is copied from the toolbar', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const link = { query: DRAFTS, variables: '{\n  "id": "copied"\n}' };
    const page = await openGraphiql(context, system.urls.gateway, writeLink(link));
    await page.getByRole('button', { name: 'Copy a link to this operation' }).click();
    await page.getByRole('button', { name: 'The link is copied' }).waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toBe(`${system.urls.gateway}/graphiql/${writeLink(link)}`);
    expect(copied).not.toContain('eyJ');
    await page.close();
  });
});

describe('an answer with @defer', () => {
  it('comes in parts, and is shown as one', async () => {
    const query = 'query Parts {\n  me { id ... @defer { state { totalBlobs } } }\n}';
    const page = await openGraphiql(context, system.urls.gateway, writeLink({ query, variables: '' }));
    await shown(page, QUERY).toContain('query Parts');
    const inParts = page.waitForResponse((response) =>
      (response.headers()['content-type'] ?? '').startsWith('multipart/mixed'),
    );
    await executeButton(page).click();
    await inParts;
    await shown(page).toMatch(/"id": "\w+".*"totalBlobs": \d/);
    await page.close();
  });
});

const linkToDrafts = writeLink({ query: DRAFTS, variables: '{"id":"planned"}' });
const planOf = (page: Page) => page.getByRole('region', { name: 'Query plan', exact: true });

describe('the query plan', () => {
  it('is shown to the local user, whose operation is not run', async () => {
    const page = await openGraphiql(context, system.urls.gateway, linkToDrafts);
    await openPanel(page, 'Query plan');
    const plan = planOf(page);
    await expect
      .poll(() => plan.getByRole('status').innerText())
      .toMatch(/^\d fetches from \d services, in \d rounds\.$/);
    const text = await plan.innerText();
    expect(text).toContain('One after another');
    expect(text).toContain('Fetch from state');
    expect(text).toContain('Fetch from text-expansion');
    expect(text).toContain('.chapters.@.expanded');
    expect(await textOf(page, RESPONSE)).toBe('');

    await page.locator(`${QUERY} .view-lines`).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' # changed');
    await plan.getByText('was changed since').waitFor();
    await plan.getByRole('button', { name: 'Plan again' }).click();
    await expect.poll(() => plan.getByText('was changed since').count()).toBe(0);

    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await plan.getByRole('button', { name: 'Copy as text' }).click();
    await plan.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain(
      'Fetch from text-expansion at book',
    );
    await page.close();
  });

  it('is refused to a user without the role, in words', async () => {
    const own = await newContext();
    const { problems } = watch(own);
    const token = await system.token('plan-asker');
    await own.route('**/graphiql/config.json', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), token } });
    });
    const page = await openGraphiql(own, system.urls.gateway, linkToDrafts);
    await openPanel(page, 'Query plan');
    const status = planOf(page).getByRole('status');
    await expect.poll(() => status.innerText()).toContain('operators');
    expect(await planOf(page).innerText()).not.toContain('Fetch from');
    await own.close();
    // The browser tells of every answer that is none.
    expect(problems).toEqual([expect.stringContaining('403')]);
  });

  it('names what is wrong with an operation that cannot be planned', async () => {
    const own = await newContext();
    const { problems } = watch(own);
    const page = await openGraphiql(own, system.urls.gateway, '#query=%7BnoSuchField%7D');
    await openPanel(page, 'Query plan');
    await expect.poll(() => planOf(page).getByRole('status').innerText()).toContain('noSuchField');
    await own.close();
    // The browser tells of every answer that is none.
    expect(problems).toEqual([expect.stringContaining('400')]);
  });
});

describe('the explorer', () => {
  it('adds and takes away fields by the keyboard alone', async () => {
    const page = await openGraphiql(
      context,
      system.urls.gateway,
      '#query=query%20Mine%20%7B%20me%20%7B%20id%20%7D%20%7D',
    );
    await openPanel(page, 'Explorer');
    const version = page.getByRole('checkbox', { name: 'liveCursor' }).first();
    await version.focus();
    expect(await version.getAttribute('aria-checked')).toBe('false');
    await page.keyboard.press('Space');
    await shown(page, QUERY).toContain('liveCursor');
    await expect.poll(() => version.getAttribute('aria-checked')).toBe('true');
    await version.focus();
    await page.keyboard.press('Enter');
    await shown(page, QUERY).not.toContain('liveCursor');
    await page.close();
  });
});

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  it('axe finds nothing wrong with any panel', async () => {
    const themed = await newContext(scheme);
    const page = await openGraphiql(themed, system.urls.gateway, linkToDrafts);
    const found: Record<string, string[]> = {};
    for (const title of ['Story', 'Explorer', 'Query plan']) {
      await openPanel(page, title);
      await page.getByRole('region', { name: title, exact: true }).waitFor();
      if (title === 'Query plan') await planOf(page).getByText('Fetch from state').first().waitFor();
      found[title] = await axeViolations(page);
    }
    await themed.close();
    expect(found).toEqual({ Story: [], Explorer: [], 'Query plan': [] });
  });
});

it('asked no other host, and nothing went wrong', () => {
  expect([...seen.origins]).toEqual([system.urls.gateway]);
  expect(seen.problems).toEqual([]);
});
