import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, type Watch, watch } from './harness/browser.ts';
import { type System, startSystem } from './harness/system.ts';

const TABS = ['CreateDraft', 'Blobs', 'Book', 'CompileBook', 'BlobChanged', 'Lineage'];

/** The open editor: of variables or of headers. */
const TOOL = '.graphiql-editor-tool .graphiql-editor:not(.hidden)';

let system: System;
let browser: Browser;
let context: BrowserContext;
let seen: Watch;

beforeAll(async () => {
  browser = await launchBrowser();
  system = await startSystem('embedded');
  context = await browser.newContext({ viewport: { width: 1500, height: 1000 } });
  seen = watch(context);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

async function openGraphiql(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${system.urls.gateway}/graphiql`);
  await page.locator('.graphiql-query-editor .view-lines').waitFor();
  return page;
}

/** An editor's text, with white space collapsed. */
const textOf = async (page: Page, editor: string): Promise<string> =>
  (await page.locator(`${editor} .view-lines`).innerText()).replaceAll(/\s+/g, ' ');

const shown = (page: Page) => expect.poll(() => textOf(page, '.graphiql-response'), { timeout: 30_000 });

const openTab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();

const executeButton = (page: Page) => page.getByRole('button', { name: 'Execute query' });

describe('GraphiQL in a browser', () => {
  it('opens with the examples as tabs and the local token filled in', async () => {
    const page = await openGraphiql();
    expect(await page.title()).toBe('Blobgraph · GraphiQL');
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(TABS);
    await expect.poll(() => textOf(page, TOOL)).toContain('"schemaId": "text-input-v1"');
    await page.getByRole('button', { name: 'Headers' }).click();
    await expect.poll(() => textOf(page, TOOL)).toMatch(/"Authorization": "Bearer eyJ/);
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await expect.poll(() => page.locator('.graphiql-doc-explorer').innerText()).toContain('subscription');
    await page.close();
  });

  it('runs the main job, told of each change as it happens', async () => {
    const live = await openGraphiql();
    await openTab(live, 'BlobChanged');
    const connected = live.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'));
    await executeButton(live).click();
    await connected;

    const page = await openGraphiql();
    await openTab(page, 'CreateDraft');
    await executeButton(page).click();
    await shown(page).toMatch(/"userErrors": \[\]/);
    // The last change: the expansion exists.
    await shown(live).toMatch(/"kind": "COMPLETED".*"state": "COMPLETED"/);
    // The editors mark no mistakes in the example.
    expect(await page.locator('.squiggly-error').count()).toBe(0);

    await openTab(page, 'Blobs');
    await executeButton(page).click();
    await shown(page).toMatch(/"totalCount": 2, "liveCursor": "[^"]+"/);
    await openTab(page, 'Book');
    await executeButton(page).click();
    await shown(page).toMatch(/"expanded": \{ "id": "[^"]+"/);
    await openTab(page, 'CompileBook');
    await executeButton(page).click();
    await shown(page).toMatch(/"version": 1, "wordCount": \d+, "chapterCount": 1/);
    await openTab(page, 'Lineage');
    await executeButton(page).click();
    await shown(page).toMatch(/"type": "compiled_book"/);
    await live.getByRole('button', { name: 'Stop query' }).click();
    await executeButton(live).waitFor();
  });

  it('keeps no token in the browser, and its tabs over a reload', async () => {
    const [page] = context.pages();
    if (!page) throw new Error('No page is open');
    await page.reload();
    await page.locator('.graphiql-query-editor .view-lines').waitFor();
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(TABS);
    const stored = JSON.stringify(await context.storageState());
    expect(stored).toContain('graphiql:');
    expect(stored).not.toContain('Bearer eyJ');
  });

  it('asked no other host, and nothing went wrong', () => {
    const origin = system.urls.gateway;
    expect([...seen.origins].sort()).toEqual([origin, origin.replace('http', 'ws')]);
    expect(seen.problems).toEqual([]);
  });
});
