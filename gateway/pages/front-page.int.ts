import { createRequire } from 'node:module';
import { HtmlValidate } from 'html-validate';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../../cli/services/chromium.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core');
const validator = new HtmlValidate({ extends: ['html-validate:standard', 'html-validate:a11y'] });

let browser: Browser;
let graph: TestGraph;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  graph = await startTestGraph();
});
afterAll(async () => {
  await browser?.close();
  await graph?.stop();
});

describe.each(['/', '/nothing'])('the page at %s', (path) => {
  it('is valid HTML', async () => {
    const response = await fetch(graph.gateway.url + path, { headers: { accept: 'text/html' } });
    const { results } = await validator.validateString(await response.text());
    const found = results.flatMap(({ messages }) =>
      messages.map(({ ruleId, message }) => `${ruleId} ${message}`),
    );
    expect(found).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('is accessible, %s, at any width', async (colorScheme) => {
    // The page's policy allows no scripts, not even axe.
    const context = await browser.newContext({
      bypassCSP: true,
      colorScheme,
      viewport: { width: 320, height: 640 },
    });
    const page = await context.newPage();
    await page.goto(graph.gateway.url + path);
    await page.addScriptTag({ path: AXE });
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html.slice(0, 300)}`);
    });
    expect(violations).toEqual([]);
    const tooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(tooWide).toBe(false);
    await context.close();
  });

  it('loads only from its own origin, and its policy allows its style', async () => {
    const page = await browser.newPage();
    const [asked, said]: [string[], string[]] = [[], []];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => {
      // The status of the error page itself.
      if (!message.text().includes('404')) said.push(message.text());
    });
    await page.goto(graph.gateway.url + path);
    expect(asked.filter((url) => !url.startsWith(graph.gateway.url) && !url.startsWith('data:'))).toEqual([]);
    expect(said).toEqual([]);
    expect(await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth')).toBe('736px');
    await page.close();
  });
});

it('`/graphql` redirects people to GraphiQL', async () => {
  const page = await browser.newPage();
  await page.goto(`${graph.gateway.url}/graphql`);
  expect(new URL(page.url()).pathname).toBe('/graphiql/');
  await page.close();
});
