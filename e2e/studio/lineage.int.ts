import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGraphClient } from '../harness/client.ts';
import { compileBook, createDraft, deleteBlob, untilState } from '../harness/operations.ts';
import { violationsOf } from './harness/axe.ts';
import { TEXT, WAIT } from './harness/books.ts';
import { sendsOf } from './harness/sends.ts';
import { openStudio, type Studio } from './harness/studio.ts';

const LONG = { timeout: 400_000, interval: 500 };

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({ intercept: ['book-compiler'] });
});
afterAll(() => studio?.close());
afterEach(async () => {
  await Promise.all(studio.context.pages().map((page) => page.close()));
});

let books = 0;
const bookId = (): string => {
  books += 1;
  return `lineage-${books}`;
};

const graph = (page: Page) => page.locator('[data-lineage="graph"]');
const list = (page: Page) => page.locator('[data-lineage="list"]');
/** A blob in the graph, by its kind. */
const node = (page: Page, kind: string | RegExp) => graph(page).getByRole('button', { name: kind }).first();
const nodes = (page: Page) => graph(page).locator('.react-flow__node');
const panel = (page: Page) => page.getByRole('complementary');

/** A draft of chapter 1 that is expanded. */
async function expanded(book: string, chapter = 1): Promise<string> {
  const draft = await createDraft(studio.user, { content: `# Chapter ${chapter}\n\n${TEXT}`, book, chapter });
  await untilState(studio.user, draft, 'COMPLETED');
  return draft;
}

/** How many blobs of a book there are. */
async function countOf(book: string): Promise<number> {
  const query = 'query ($book: ID!) { blobs(filter: { bookId: $book }) { totalCount } }';
  return (await studio.user.query<{ blobs: { totalCount: number } }>(query, { book })).blobs.totalCount;
}

async function change(name: 'pauseProcessor' | 'resumeProcessor'): Promise<void> {
  const { system } = studio;
  const operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
  const text = `mutation { done: ${name}(id: "text-expansion") { userErrors { code } } }`;
  const { done } = await operator.query<{ done: { userErrors: object[] } }>(text);
  await operator.close();
  expect(done.userErrors).toEqual([]);
}

/** A draft whose expansion waits: earlier ones may still be made, as a pause takes time to spread. */
async function waitingDraft(): Promise<string> {
  const query = 'query ($id: ID!) { blob(id: $id) { processing { runs { obstacle { code } } } } }';
  type Answer = { blob: { processing: { runs: { obstacle: { code: string } | null }[] } } };
  return vi.waitFor(async () => {
    const id = await createDraft(studio.user, { content: TEXT, book: bookId() });
    const { blob } = await studio.user.query<Answer>(query, { id });
    expect(blob.processing.runs.map(({ obstacle }) => obstacle?.code)).toContain('PROCESSOR_PAUSED');
    return id;
  }, WAIT);
}

describe('the lineage of a book', () => {
  it('grows while a draft is expanded and compiled, and what is looked at stays where it is', async () => {
    const book = bookId();
    await createDraft(studio.user, { content: `# One\n\n${TEXT}`, book });
    const page = await studio.open(`#/books/${book}/lineage`);
    const reads = sendsOf(page, 'BookLineage');
    await node(page, /Draft/).waitFor();
    const before = await node(page, /Draft/).boundingBox();
    await node(page, /Expansion/).waitFor({ timeout: WAIT.timeout });
    await expect.poll(() => node(page, /Draft/).innerText(), WAIT).toContain('Done');
    const { compiledBook } = await compileBook(studio.user, { bookId: book, idempotencyKey: book });
    await node(page, /Compiled book, version 1/).waitFor({ timeout: WAIT.timeout });
    expect(await node(page, /Draft/).boundingBox()).toEqual(before);

    await deleteBlob(studio.user, compiledBook?.id ?? '');
    await expect
      .poll(
        () =>
          graph(page)
            .getByRole('button', { name: /Compiled book/ })
            .count(),
        WAIT,
      )
      .toBe(0);
    expect(await node(page, /Draft/).boundingBox()).toEqual(before);
    // Dozens of changes were told.
    expect(reads.count).toBeLessThanOrEqual(8);
  });

  it('is the same as a list, and its blobs open beside it', async () => {
    const book = bookId();
    await expanded(book);
    await expanded(book, 2);
    await compileBook(studio.user, { bookId: book, idempotencyKey: book });
    const page = await studio.open(`#/books/${book}/lineage`);
    await node(page, /Compiled book/).click();
    await panel(page).getByRole('heading', { name: 'Chapters' }).waitFor();
    await panel(page).getByRole('button', { name: 'Chapter 2' }).first().click();
    await panel(page)
      .getByText(/times the draft/)
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'List', exact: true }).click();
    await list(page).waitFor();
    // Both chapters first, then what was made of both.
    const titles = await list(page).getByRole('heading', { level: 2 }).allInnerTexts();
    expect(titles).toHaveLength(3);
    expect(titles.slice(0, 2)).toEqual(['Chapter 1', 'Chapter 2']);
    await list(page).getByText('Made of').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('shows what is there while a processor is away', async () => {
    const book = bookId();
    await expanded(book);
    await compileBook(studio.user, { bookId: book, idempotencyKey: book });
    studio.takeAway('book-compiler');
    const page = await studio.open(`#/books/${book}/lineage`);
    await node(page, /Compiled book/).waitFor();
    await page.getByText('Some of this cannot be shown now.').waitFor();
    await node(page, /Compiled book/).click();
    await panel(page).getByText('Some of this cannot be shown now.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    studio.giveBack('book-compiler');
  });
});

describe('the lineage of a blob', () => {
  it('is walked by keys, opened, and centred on another blob; back leads back', async () => {
    const book = bookId();
    const draft = await expanded(book);
    const page = await studio.open(`#/lineage/${draft}`);
    await node(page, /Draft/).focus();
    await page.keyboard.press('ArrowRight');
    const focused = () => page.evaluate('document.activeElement.innerText');
    await expect.poll(focused, WAIT).toContain('Expansion');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(focused, WAIT).toContain('Draft');
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused, WAIT).toContain('Expansion');
    await page.keyboard.press('Enter');
    await panel(page)
      .getByText(/times the draft/)
      .waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => panel(page).count(), WAIT).toBe(0);
    await expect.poll(focused, WAIT).toContain('Expansion');

    await page.keyboard.press('Enter');
    await panel(page).getByRole('button', { name: 'Centre the lineage here' }).click();
    await expect.poll(() => page.url(), WAIT).not.toContain(draft);
    await node(page, /Expansion/).waitFor();
    await page.goBack();
    await expect.poll(() => page.url(), WAIT).toContain(draft);
    await node(page, /Expansion/).waitFor();
  });

  it('has nothing to press before it is laid out, however long that takes', async () => {
    const draft = await expanded(bookId());
    const page = await studio.context.newPage();
    let layOut = () => {};
    const isTime = new Promise<void>((resolve) => {
      layOut = resolve;
    });
    await page.route(/layout\.worker/, async (route) => {
      await isTime;
      await route.continue();
    });
    await page.goto(`${studio.url}/studio/#/lineage/${draft}`);
    await page.getByText('Laying out the graph').waitFor({ state: 'attached' });
    expect(await graph(page).getByRole('button').count()).toBe(0);
    layOut();
    await graph(page).getByRole('button').first().click();
    await panel(page).getByText(TEXT).waitFor();
    await graph(page).getByRole('button', { name: 'Zoom in' }).waitFor();
  });

  it('goes, and is told to be gone, when the blob is deleted while it is open', async () => {
    const draft = await expanded(bookId());
    const page = await studio.open(`#/lineage/${draft}`);
    await node(page, /Draft/).click();
    await panel(page).getByText(TEXT).waitFor();
    await deleteBlob(studio.user, draft);
    await panel(page).getByText('This blob was deleted.').waitFor();
    await page.getByText(/What is left of its lineage is shown/).waitFor();
    await expect.poll(() => nodes(page).count(), WAIT).toBe(0);
  });

  it('says so where there is none, and where there is more than is shown', async () => {
    const nothing = await studio.open('#/lineage/00000000-0000-4000-8000-000000000000');
    await nothing.getByRole('heading', { name: 'No such blob' }).waitFor();
    expect(await violationsOf(nothing)).toEqual([]);

    const draft = await expanded(bookId());
    const page = await studio.open(`#/lineage/${draft}`);
    await page.getByLabel('Steps away').selectOption('1');
    await page.getByText(/There is more than is shown/).waitFor();
    await page.getByLabel('Steps away').selectOption('10');
    await expect.poll(() => page.getByText(/There is more than is shown/).count(), WAIT).toBe(0);
  });

  it('is a list on a narrow screen', async () => {
    const draft = await expanded(bookId());
    const page = await studio.context.newPage();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${studio.url}/studio/#/lineage/${draft}`);
    await list(page).getByRole('heading', { level: 2 }).waitFor();
    await list(page).getByRole('button', { pressed: false }).first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await panel(page).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
  });

  it('has a run cancelled and tried again', async () => {
    await change('pauseProcessor');
    const draft = await waitingDraft();
    const page = await studio.open(`#/lineage/${draft}`);
    await node(page, /^Draft/).click();
    const run = panel(page).getByRole('listitem').filter({ hasText: 'Text expansion' });
    await run.getByRole('button', { name: 'Cancel' }).click();
    await node(page, /^Draft .*Failed/).waitFor({ timeout: WAIT.timeout });
    await change('resumeProcessor');
    await graph(page).getByRole('button', { name: 'Try again' }).click();
    await node(page, /^Draft .*Done/).waitFor({ timeout: WAIT.timeout });
    await node(page, /Expansion/).waitFor({ timeout: WAIT.timeout });
  });
});

// The last: what is still made of it would keep others waiting.
describe('the lineage of a long book', () => {
  it('draws what is in sight, and reads once for many changes', async () => {
    const book = bookId();
    const page = await studio.open('#/');
    const blobs = Array.from({ length: 240 }, (_, index) => ({
      type: 'chapter_draft',
      schemaId: 'text-input-v1',
      data: {
        content: `# Chapter ${index + 1}\n\n${TEXT}`,
        metadata: { book_id: book, chapter_num: index + 1 },
      },
    }));
    const create =
      'mutation ($input: CreateBlobsInput!) { createBlobs(input: $input) { userErrors { message } } }';
    await studio.user.query(create, { input: { blobs } });
    await compileBook(studio.user, { bookId: book, useExpanded: false, idempotencyKey: book });
    await page.goto(`${studio.url}/studio/#/books/${book}/lineage`);
    const reads = sendsOf(page, 'BookLineage');
    await node(page, /^Draft Chapter 1\b/).waitFor({ timeout: WAIT.timeout });
    await expect.poll(() => countOf(book), LONG).toBeGreaterThanOrEqual(500);
    const [told, sent] = [await countOf(book), reads.count];
    // Each of these blobs, and each step of the runs that made them, was a change.
    expect(sent).toBeLessThan(told / 4);

    expect(await nodes(page).count()).toBeLessThan(60);
    await node(page, /^Draft Chapter 1\b/).waitFor();
    expect(
      await graph(page)
        .getByRole('button', { name: /^Draft Chapter 90\b/ })
        .count(),
    ).toBe(0);
    await graph(page).hover();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 2_000);
        return graph(page)
          .getByRole('button', { name: /^Draft Chapter 90\b/ })
          .count();
      }, WAIT)
      .toBe(1);
    expect(await nodes(page).count()).toBeLessThan(60);

    await page.getByRole('button', { name: 'List', exact: true }).click();
    await expect.poll(() => list(page).getByRole('listitem').count(), WAIT).toBeGreaterThanOrEqual(500);
  }, 600_000);
});

it('nothing went wrong in the browser, and it asked nobody else', () => {
  expect(studio.problems()).toEqual([]);
  expect(studio.strangers()).toEqual([]);
});
