import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { put, violationsOf } from './harness/axe.ts';
import { pause, resume } from './harness/books.ts';
import { openStudio, type Studio } from './harness/studio.ts';

const WITHIN = { timeout: 60_000 };
const NOTES = 10_000;
const AT_ONCE = 500;

/** The place in the list of what has the focus. */
const FOCUSED = "document.activeElement.closest('li')?.getAttribute('aria-posinset')";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
}, 180_000);
afterAll(() => studio?.close());

const rows = (page: Page) => page.getByRole('list', { name: 'Blobs' }).getByRole('listitem');
const countSaid = (page: Page) => page.getByRole('status').filter({ hasText: /blobs?$/ });
const link = (page: Page, title: string) => rows(page).getByRole('link', { name: title, exact: true });

async function store(blobs: readonly object[], idempotencyKey?: string): Promise<string[]> {
  const { createBlobs } = await studio.user.query<{
    createBlobs: { results: { blob: { id: string } | null; userErrors: object[] }[] };
  }>(
    `mutation ($input: CreateBlobsInput!) {
      createBlobs(input: $input) { results { blob { id } userErrors { message } } userErrors { message } }
    }`,
    { input: { blobs, idempotencyKey } },
  );
  return createBlobs.results.map(({ blob, userErrors }) => {
    expect(userErrors).toEqual([]);
    return blob?.id ?? '';
  });
}

/** Sent again with its key where a busy machine took too long. */
const storeAgain = (blobs: readonly object[], key: string): Promise<string[]> =>
  store(blobs, key).catch(() => storeAgain(blobs, key));

const note = (title: string) => ({
  type: 'note',
  schemaId: 'note-v1',
  title,
  data: { content: `About ${title}.` },
});

const remove = (id: string) =>
  studio.user.query('mutation ($id: ID!) { deleteBlob(id: $id) { deletedIds } }', { id });

/** Where a row is in the window; null: it is not rendered. */
const topOf = async (page: Page, title: string): Promise<number | null> =>
  (await link(page, title).boundingBox())?.y ?? null;

const settle = (page: Page) =>
  page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');

describe('an empty shelf', () => {
  it('offers the demo book, which is made once, whatever is pressed twice or cut', async () => {
    const page = await studio.open();
    const offer = page.getByRole('button', { name: 'Make the demo book' });
    await offer.waitFor();
    expect(await violationsOf(page)).toEqual([]);
    // The mutation is done, and its answer is lost.
    let isLost = false;
    await page.route('**/graphql', async (route) => {
      if (isLost || !route.request().postData()?.includes('createBlobs')) return route.continue();
      isLost = true;
      await route.fetch();
      await route.abort();
    });
    await offer.click();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.waitForURL(/#\/books\/the-ferry-ledger$/, WITHIN);
    const { blobs } = await studio.user.query<{ blobs: { totalCount: number } }>(
      '{ blobs(filter: { type: "chapter_draft" }) { totalCount } }',
    );
    expect(blobs.totalCount).toBe(4);
    await page.close();
  });

  it('is one no more: the book stands above all blobs', async () => {
    const page = await studio.open();
    const book = page.getByRole('listitem').filter({ hasText: 'The Ferry Ledger' });
    await expect.poll(() => book.innerText(), WITHIN).toMatch(/4 chapters, 4 expanded\s+Not compiled yet/);
    await expect.poll(() => countSaid(page).innerText(), WITHIN).toMatch(/^\d+ blobs$/);
    expect(await violationsOf(page)).toEqual([]);
    await page.close();
  });
});

describe('a book', () => {
  it('is made of its title, with an id that can be changed; one of the same id is refused at its field', async () => {
    const page = await studio.open();
    await page.getByRole('button', { name: 'New book' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('The Ferry Ledger');
    expect(await dialog.getByLabel('Id').inputValue()).toBe('the-ferry-ledger');
    await dialog.getByRole('button', { name: 'Make the book' }).click();
    await expect.poll(() => dialog.getByRole('alert').innerText()).toContain('Choose another one');
    expect(await violationsOf(page)).toEqual([]);
    await dialog.getByLabel('Id').fill('ferry-2');
    await dialog.getByRole('button', { name: 'Make the book' }).click();
    await page.waitForURL(/#\/books\/ferry-2$/);
    await page.close();
  });
});

describe('a blob on which is worked', () => {
  it('tells how far it is; a run is cancelled and tried again from its row', async () => {
    await pause(studio, ['text-expansion']);
    const page = await studio.open('#/?type=text');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor(WITHIN);
    await store([
      { type: 'text', schemaId: 'text-input-v1', title: 'Paused', data: { content: 'Once it rained.' } },
    ]);
    const row = rows(page).filter({ hasText: 'Paused' });
    await row.getByText('Waiting').waitFor(WITHIN);
    const menu = row.getByRole('button', { name: 'What to do with Paused' });
    await menu.click();
    expect(await violationsOf(page)).toEqual([]);
    await put(page, { theme: 'light', width: 1_280 });
    await row.getByRole('button', { name: 'Cancel text expansion' }).click();
    await row.getByText('Failed').waitFor(WITHIN);
    await resume(studio, ['text-expansion']);
    await menu.click();
    await row.getByRole('button', { name: 'Retry text expansion' }).click();
    await row.getByText('Done').waitFor(WITHIN);
    await menu.click();
    await row.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.innerText(), WITHIN).toMatch(/made of it/);
    expect(await violationsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor(WITHIN);
    await page.close();
  });
});

describe('ten thousand blobs', () => {
  beforeAll(async () => {
    for (let first = 0; first < NOTES; first += AT_ONCE)
      await storeAgain(
        Array.from({ length: AT_ONCE }, (_, n) => note(`Note ${first + n}`)),
        `notes-${first}`,
      );
  }, 600_000);

  it('are scrolled through to the oldest, while only those in view are rendered', async () => {
    const page = await studio.open('#/?type=note');
    await expect.poll(() => countSaid(page).innerText(), WITHIN).toBe('10,000 blobs');
    let [most, place] = [0, ''];
    const end = page.getByText('That is all.');
    const again = page.getByRole('button', { name: 'Try again' });
    const further = async () => {
      // A busy machine may refuse a page.
      if (await again.isVisible()) await again.click();
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      await settle(page);
      most = Math.max(most, await rows(page).count());
      return (await end.isVisible()) ? 'end' : await rows(page).last().getAttribute('aria-posinset');
    };
    while (place !== 'end') {
      const before = place;
      await expect.poll(async () => (place = (await further()) ?? ''), WITHIN).not.toBe(before);
    }
    // The last page is there; its rows grow as they are measured.
    await expect
      .poll(async () => {
        await further();
        return link(page, 'Note 0').count();
      }, WITHIN)
      .toBe(1);
    expect(most).toBeGreaterThan(5);
    expect(most).toBeLessThan(60);
    const last = rows(page).last();
    expect(await last.getAttribute('aria-posinset')).toBe('10000');
    expect(await last.getAttribute('aria-setsize')).toBe('10000');
    await page.close();
  }, 600_000);

  it('are walked through by keyboard, past what was rendered', async () => {
    const page = await studio.open('#/?type=note');
    await link(page, `Note ${NOTES - 1}`).focus();
    for (let step = 0; step < 60; step += 1) await page.keyboard.press('Tab');
    const focused = await page.evaluate(FOCUSED);
    expect(Number(focused)).toBeGreaterThan(25);
    await page.keyboard.press('Shift+Tab');
    expect(Number(await page.evaluate(FOCUSED))).toBeGreaterThan(25);
    await page.close();
  });

  it('stand still while something comes or goes above; what is new waits for the reader', async () => {
    const page = await studio.open('#/?type=note');
    await link(page, `Note ${NOTES - 1}`).waitFor();
    await page.evaluate('scrollTo(0, 3_000)');
    await expect.poll(() => rows(page).first().getAttribute('aria-posinset')).not.toBe('1');
    await settle(page);
    const seen = `Note ${NOTES - 40}`;
    const before = await topOf(page, seen);
    expect(before).not.toBeNull();
    const [first = ''] = await store([note('Fresh 1')]);
    await store([note('Fresh 2')]);
    const fresh = page.getByRole('button', { name: '2 new' });
    await fresh.waitFor(WITHIN);
    expect(await topOf(page, seen)).toBe(before);
    const gone = await studio.user.query<{ blobs: { nodes: { id: string; title: string }[] } }>(
      '{ blobs(filter: { type: "note" }, first: 5) { nodes { id title } } }',
    );
    const above = gone.blobs.nodes.find(({ title }) => title === `Note ${NOTES - 1}`);
    await remove(above?.id ?? '');
    await expect.poll(() => countSaid(page).innerText(), WITHIN).toBe('10,001 blobs');
    await settle(page);
    expect(Math.abs(((await topOf(page, seen)) ?? 0) - (before ?? 0))).toBeLessThan(2);
    // One that waited and was deleted waits no more.
    await remove(first);
    await page.getByRole('button', { name: '1 new' }).click();
    await link(page, 'Fresh 2').waitFor();
    expect(await link(page, 'Fresh 1').count()).toBe(0);
    // At the top, what is new comes by itself.
    await store([note('Fresh 3')]);
    await link(page, 'Fresh 3').waitFor(WITHIN);
    await page.close();
  });

  it('are narrowed down by what the address says, and back goes to where one was', async () => {
    const page = await studio.open();
    await page.getByLabel('Type').selectOption('note');
    await page.waitForURL(/#\/\?type=note$/);
    await page.getByLabel('Search titles and beginnings').fill('Note 4711');
    await page.waitForURL(/text=Note\+4711/);
    await expect.poll(() => countSaid(page).innerText(), WITHIN).toBe('1 blob');
    await page.getByLabel('State').selectOption('FAILED');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor(WITHIN);
    expect(await violationsOf(page)).toEqual([]);
    await page.goBack();
    await link(page, 'Note 4711').waitFor(WITHIN);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.waitForURL(/#\/$/);
    await page.getByLabel('Book', { exact: true }).selectOption('the-ferry-ledger');
    await expect.poll(() => rows(page).first().innerText(), WITHIN).toMatch(/The /);
    // What only the graph can tell of a new blob: which book it is in, or its words.
    await page.getByLabel('Search titles and beginnings').fill('lantern');
    await page.waitForURL(/text=lantern/);
    await store([
      {
        type: 'chapter_draft',
        schemaId: 'text-input-v1',
        title: 'A lantern',
        data: { content: 'A lantern.', metadata: { book_id: 'the-ferry-ledger', chapter_num: 9 } },
      },
    ]);
    await link(page, 'A lantern').first().waitFor(WITHIN);
    await page.close();
  });
});

it('nothing went wrong in the browser, and no other host was asked', () => {
  // Of the answer that was taken away.
  const problems = studio.problems().filter((problem) => !problem.includes('net::ERR_FAILED'));
  expect(problems).toEqual([]);
  expect(studio.strangers()).toEqual([]);
});
