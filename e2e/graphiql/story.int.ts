import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storySteps } from '../../gateway/graphiql/routes.ts';
import { launchBrowser, type Watch, watch } from '../harness/browser.ts';
import { mainJob, type System, startSystem } from '../harness/system.ts';
import { executeButton, openGraphiql, openPanel, QUERY, shown, TOOL, tabsOf } from './page.fixture.ts';

let system: System;
let browser: Browser;
let context: BrowserContext;
let seen: Watch;

beforeAll(async () => {
  browser = await launchBrowser();
  system = await startSystem('embedded', { services: [...mainJob, 'pitch-builder'] });
  context = await browser.newContext({ viewport: { width: 1500, height: 1000 } });
  seen = watch(context);
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

const open = (page: Page, step: string) =>
  page.getByRole('button', { name: `Open ${step}`, exact: true }).click();

/** Runs the operation of the open tab; the text of its answer. */
async function run(page: Page): Promise<string> {
  const answered = page.waitForResponse((response) => response.url().endsWith('/graphql'));
  await executeButton(page).click();
  const text = await (await answered).text();
  await executeButton(page).waitFor();
  // Of a long answer, the editor has only what is in sight.
  await shown(page).toMatch(/^\{ "data": /);
  return text;
}

/** Opens a step and runs it, again until its answer is as it should be. */
async function tell(page: Page, step: string, answer: RegExp): Promise<void> {
  await open(page, step);
  await expect.poll(() => run(page), { timeout: 60_000 }).toMatch(answer);
}

describe('GraphiQL’s story in a browser', () => {
  it('opens at the first visit, with its first step in a tab and the local token filled in', async () => {
    const page = await openGraphiql(context, system.urls.gateway);
    expect(await page.title()).toBe('Blobgraph · GraphiQL');
    expect(await tabsOf(page)).toEqual(['CreateDraft']);
    const steps = await storySteps();
    expect(await page.locator('.story-step').count()).toBe(steps.length);
    await shown(page, TOOL).toContain('"schemaId": "text-input-v1"');
    await page.getByRole('button', { name: 'Headers' }).click();
    await shown(page, TOOL).toMatch(/"Authorization": "Bearer eyJ/);
    await page.getByRole('button', { name: 'Variables' }).click();
    await openPanel(page, 'Documentation Explorer');
    await expect.poll(() => page.locator('.graphiql-doc-explorer').innerText()).toContain('subscription');
    await page.close();
  });

  it('runs from the first step to the last, each with what those before it answered', async () => {
    const page = await openGraphiql(context, system.urls.gateway);
    await openPanel(page, 'Story');
    // What it needs is not there yet, and the panel says so.
    expect(await page.getByRole('button', { name: 'Open Draft', exact: true }).isDisabled()).toBe(true);
    await tell(page, 'Create draft', /"userErrors":\[\]/);

    const live = await openGraphiql(context, system.urls.gateway);
    await openPanel(live, 'Story');
    await open(live, 'Blob changed');
    await executeButton(live).click();
    // From the draft's cursor on: its first change, and the last, when the expansion exists.
    await shown(live).toMatch(/"kind": "COMPLETED".*"state": "COMPLETED"/);
    await live.getByRole('button', { name: 'Stop query' }).click();
    await executeButton(live).waitFor();
    await live.close();

    await tell(page, 'Draft', /"state":"COMPLETED".*"expanded":"/);
    await tell(page, 'Next chapter', /"title":"The Crossing".*"userErrors":\[\]/);
    await tell(page, 'Book', /("state":"COMPLETED".*"expanded":\{"id".*){2}/);
    await tell(page, 'Describe book', /"author":"A. Writer"/);
    await tell(page, 'Compile book', /"version":1,.*"chapterCount":2/);
    await tell(page, 'Contents', /"format":"EPUB"/);
    await tell(page, 'Build pitch', /"userErrors":\[\]/);
    await tell(page, 'Pitch', /"logline":"/);
    await tell(page, 'Lineage', /"type":"compiled_book"/);
    await tell(page, 'Second draft', /"userErrors":\[\]/);
    await tell(page, 'Book', /("state":"COMPLETED".*"expanded":\{"id".*){2}/);
    await tell(page, 'Compile again', /"version":[2-9]/);
    await tell(page, 'Compare versions', /"changes":\["CHANGED"\]/);
    // It comes in parts, whose text a browser's tools do not keep.
    await open(page, 'Blobs');
    await executeButton(page).click();
    await shown(page).toMatch(/"liveCursor": "/);
    await executeButton(page).waitFor();
    // The editors mark no mistakes in any step's operation.
    await expect.poll(() => page.locator('.squiggly-error').count(), { timeout: 60_000 }).toBe(0);
    await tell(page, 'Delete book', /"bookId":"the-harbour"/);
    const steps = await storySteps();
    await expect.poll(() => page.locator('.story-done').count()).toBe(steps.length - 1);
  });

  it('begins anew by its first step, in the tab that has it', async () => {
    const page = context.pages().at(-1) as Page;
    const before = await tabsOf(page);
    await open(page, 'Create draft');
    expect(await tabsOf(page)).toEqual(before);
    await expect.poll(() => page.locator('.story-done').count()).toBe(0);
    await tell(page, 'Create draft', /"userErrors":\[\]/);
    await tell(page, 'Delete book', /"bookId":"the-harbour"/);
  });

  it('keeps no token in the browser, and its tabs and how far it is over a reload', async () => {
    const page = context.pages().at(-1) as Page;
    const tabs = await tabsOf(page);
    const done = await page.locator('.story-done').count();
    await expect.poll(async () => JSON.stringify(await context.storageState())).toContain('DeleteBook');
    await page.reload();
    await page.locator(`${QUERY} .view-lines`).waitFor();
    expect(await tabsOf(page)).toEqual(tabs);
    expect(await page.locator('.story-done').count()).toBe(done);
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
