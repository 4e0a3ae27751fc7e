import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { axeFound } from '../studio/harness/axe.ts';

/** The open editor: of variables or of headers. */
export const TOOL = '.graphiql-editor-tool .graphiql-editor:not(.hidden)';
export const QUERY = '.graphiql-query-editor';
export const RESPONSE = '.graphiql-response';

/** Opens GraphiQL. @param fragment of its address, from `#` on */
export async function openGraphiql(context: BrowserContext, gateway: string, fragment = ''): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${gateway}/graphiql/${fragment}`);
  await page.locator(`${QUERY} .view-lines`).waitFor();
  return page;
}

/** An editor's text, with white space collapsed. */
export const textOf = async (page: Page, editor: string): Promise<string> =>
  (await page.locator(`${editor} .view-lines`).innerText()).replaceAll(/\s+/g, ' ');

export const shown = (page: Page, editor = RESPONSE) =>
  expect.poll(() => textOf(page, editor), { timeout: 60_000 });

export const tabsOf = (page: Page) => page.locator('.graphiql-tabs').getByRole('tab').allInnerTexts();

export const executeButton = (page: Page) => page.getByRole('button', { name: 'Execute query' });

/** Opens a panel, where it is not open already. */
export async function openPanel(page: Page, title: string): Promise<void> {
  const button = page.getByRole('button', { name: new RegExp(`^(Show|Hide) ${title}$`) });
  if ((await button.getAttribute('aria-label'))?.startsWith('Show')) await button.click();
}

/** Violations that axe finds in a page. GraphiQL's own tabs have buttons in them (nested-interactive). */
export const axeViolations = (page: Page): Promise<string[]> => axeFound(page, ['.graphiql-tabs']);
