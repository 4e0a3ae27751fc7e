import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, type Watch, watch } from './harness/browser.ts';
import { type SharedSystem, sharedSystem } from './harness/shared.ts';

const POLICY = /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; /;

let system: SharedSystem;
let browser: Browser;
let context: BrowserContext;
let seen: Watch;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  system = await sharedSystem();
  context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  seen = watch(context);
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await system?.leave();
});

const operation = (name: string) => page.locator(`[id$="-${name}"].opblock`);

/** Opens an operation, sends it (filled in by `fill`), and resolves to the status and text of its answer. */
async function tryOut(name: string, fill?: () => Promise<void>): Promise<readonly [string, string]> {
  const block = operation(name);
  await block.locator('.opblock-summary-control').click();
  await block.getByRole('button', { name: 'Try it out' }).click();
  await fill?.();
  await block.getByRole('button', { name: 'Execute' }).click();
  const live = block.locator('.live-responses-table .response');
  const status = await live.locator('.response-col_status').first().innerText();
  const text = await live.locator('.highlight-code pre').first().innerText();
  return [status.trim(), text];
}

describe('the page of the Studio API in a browser', () => {
  it('is led to from /api, and its policy lets nothing in from elsewhere, nor inline', async () => {
    const answer = await page.goto(`${system.urls.gateway}/api`);
    expect(page.url()).toBe(`${system.urls.gateway}/api/v1/docs/`);
    const policy = answer?.headers()['content-security-policy'] ?? '';
    expect(policy).toMatch(POLICY);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(answer?.headers()['x-content-type-options']).toBe('nosniff');
    await operation('createBlob').waitFor();
    expect(await page.title()).toBe('Blobgraph · Studio API');
    // Swagger UI shows a warning for what it does not understand.
    expect(await page.locator('body').innerText()).not.toContain('Warning');
  });

  it('sends an operation with the local token, and shows its answer', async () => {
    const [status, text] = await tryOut('createBlob');
    expect(status).toMatch(/^201/);
    const { blob } = JSON.parse(text) as { blob: { id: string; type: string } };
    expect(blob.type).toBe('chapter_draft');

    const block = operation('blob');
    const [read, answer] = await tryOut('blob', () =>
      block.getByPlaceholder('id', { exact: true }).fill(blob.id),
    );
    expect(read).toMatch(/^200/);
    expect(JSON.parse(answer)).toMatchObject({ blob: { id: blob.id, type: 'chapter_draft' } });
  });

  it('asked no other host, kept no token, and nothing went wrong', async () => {
    expect([...seen.origins]).toEqual([system.urls.gateway]);
    expect(seen.problems).toEqual([]);
    expect(JSON.stringify(await context.storageState())).not.toContain('eyJ');
  });
});
