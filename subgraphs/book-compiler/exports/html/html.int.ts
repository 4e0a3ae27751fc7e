import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../../../../cli/services/chromium.ts';
import { nastySource } from '../../compose/nasty.fixture.ts';
import { compiledInput, hostileBooks } from '../hostile.fixture.ts';
import { madeOf } from '../made.fixture.ts';
import { makeHtml } from './html.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core');
const validator = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    // Long lines and repeated words are the writer's.
    'no-trailing-whitespace': 'off',
    'long-title': 'off',
    // Browsers support `dir` and `lang` on any block. The style of attributes is the library's.
    'attribute-boolean-style': 'off',
    'no-inline-style': 'error',
    // Not all readers know the element, so it has a role too.
    'no-redundant-role': 'off',
    'prefer-native-element': 'off',
  },
});

const books = () => [...hostileBooks(), compiledInput(nastySource())];
let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  folder = mkdtempSync(join(tmpdir(), 'blobgraph-html-'));
});
afterAll(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

describe.each([0, 1, 2, 3])('the page of book %i', (index) => {
  it('is valid HTML', async () => {
    const input = books()[index];
    const html = input ? String(await madeOf(makeHtml, input)) : '';
    const { results } = await validator.validateString(html);
    const lines = results.flatMap(({ messages }) =>
      messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId} ${message}`),
    );
    expect(lines).toEqual([]);
  });

  it('runs and loads nothing, is accessible, and has no broken link', async () => {
    const input = books()[index];
    const path = join(folder, `${index}.html`);
    writeFileSync(path, input ? await madeOf(makeHtml, input) : '');
    const page = await browser.newPage();
    const asked: string[] = [];
    const said: string[] = [];
    page.on('request', (request) => asked.push(request.url().slice(0, 5)));
    page.on('console', (message) => said.push(message.text()));
    page.on('dialog', () => said.push('a script ran'));
    await page.goto(`file://${path}`);
    expect(asked.filter((url) => url !== 'data:')).toEqual(['file:']);
    expect(said).toEqual([]);
    expect(
      await page.locator('script, iframe, object, embed, form, [onclick], [onerror], [style]').count(),
    ).toBe(0);
    const attributes = (selector: string, name: string) =>
      page.$$eval(
        selector,
        (found, wanted) =>
          (found as unknown as { getAttribute(of: string): string }[]).map((each) =>
            each.getAttribute(wanted),
          ),
        name,
      );
    const ids = new Set(await attributes('[id]', 'id'));
    const links = await attributes('a[href^="#"]', 'href');
    expect(links.filter((href) => !ids.has(decodeURIComponent(href.slice(1))))).toEqual([]);
    await page.close();
  });

  it('passes axe', async () => {
    const input = books()[index];
    const path = join(folder, `${index}-axe.html`);
    writeFileSync(path, input ? await madeOf(makeHtml, input) : '');
    // The page's policy would also block axe.
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`file://${path}`);
    await page.addScriptTag({ path: AXE });
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html.slice(0, 300)}`);
    });
    expect(violations).toEqual([]);
    await context.close();
  });
});
