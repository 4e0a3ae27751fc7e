import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../../../../cli/services/chromium.ts';
import { hostileBooks } from '../hostile.fixture.ts';
import { madeOf } from '../made.fixture.ts';
import { nastyInput } from '../nasty.fixture.ts';
import { makeHtml } from './html.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core');
const validator = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    // Lines are a writer's own, and so are words that stand twice.
    'no-trailing-whitespace': 'off',
    'long-title': 'off',
    // Old and new browsers know `dir` and `lang` of any block; attributes are written as the library writes them.
    'attribute-boolean-style': 'off',
    'no-inline-style': 'error',
    // The role says to all readers what the element says to some.
    'no-redundant-role': 'off',
    'prefer-native-element': 'off',
  },
});

const books = () => [...hostileBooks(), nastyInput()];
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

  it('runs and loads nothing, is readable by all, and its links lead somewhere', async () => {
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

  it('has nothing that axe finds hard to read', async () => {
    const input = books()[index];
    const path = join(folder, `${index}-axe.html`);
    writeFileSync(path, input ? await madeOf(makeHtml, input) : '');
    // The page lets no script in, axe's neither.
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
