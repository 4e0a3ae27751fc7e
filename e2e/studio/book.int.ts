import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compileBook, createDraft, untilState } from '../harness/operations.ts';
import { violationsOf } from './harness/axe.ts';
import {
  cancelExpansion,
  createDrafts,
  describeBook,
  namesIn,
  pause,
  resume,
  storedChapters,
  TEXT,
  WAIT,
} from './harness/books.ts';
import { sendsOf } from './harness/sends.ts';
import { openStudio, type Studio } from './harness/studio.ts';

/** Pages are looked at in four ways, on machines that do other things as well. */
const PATIENCE = { timeout: 420_000 };

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({ intercept: ['pitch-builder', 'book-compiler'] });
});
afterAll(() => studio?.close());
afterEach(async () => {
  await studio.context.unrouteAll({ behavior: 'ignoreErrors' });
  await Promise.all(studio.context.pages().map((page) => page.close()));
});

let books = 0;
/** A book with chapters of these titles; `drafted` of them have a draft that is expanded. */
async function bookOf(titles: readonly string[], drafted = 0): Promise<string> {
  books += 1;
  const id = `book-${books}`;
  await describeBook(studio.user, id, titles);
  const drafts = Array.from({ length: drafted }, (_, index) =>
    createDraft(studio.user, { content: `${TEXT} ${index}`, book: id, chapter: index + 1 }),
  );
  for (const draft of await Promise.all(drafts)) await untilState(studio.user, draft, 'COMPLETED');
  return id;
}

const openBook = (id: string): Promise<Page> => studio.open(`#/books/${id}`);
const rows = (page: Page) => page.getByRole('list', { name: 'Chapters', exact: true }).getByRole('listitem');
const titlesOf = (page: Page) => rows(page).getByRole('heading').allInnerTexts();
const shownTitles = (page: Page) => expect.poll(() => titlesOf(page), WAIT);
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();

const storedOrder = async (id: string): Promise<number[]> =>
  (await storedChapters(studio.user, id)).map(({ chapterNum }) => chapterNum);

const badges = (page: Page, name: string) => rows(page).getByText(name);

async function bytesOf(download: Download): Promise<Buffer> {
  return readFile(await download.path());
}

describe('chapters', PATIENCE, () => {
  it('are put in another order by keys, with the handle and with the buttons', async () => {
    const id = await bookOf(['One', 'Two', 'Three']);
    const page = await openBook(id);
    await shownTitles(page).toEqual(['One', 'Two', 'Three']);
    await page.getByRole('button', { name: 'Move “Three” up' }).focus();
    await page.keyboard.press('Enter');
    await shownTitles(page).toEqual(['One', 'Three', 'Two']);
    const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")');
    expect(await focused()).toBe('Move “Three” up');
    await page.keyboard.press('Enter');
    await shownTitles(page).toEqual(['Three', 'One', 'Two']);
    await expect.poll(() => storedOrder(id), WAIT).toEqual([3, 1, 2]);

    await page.getByRole('button', { name: 'Move “Two”', exact: true }).focus();
    await page.keyboard.press('Space');
    await page.getByText('“Two” is lifted.').waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowUp');
    await page.getByText('“Two” is over place 2 of 3.').waitFor({ state: 'attached' });
    await page.keyboard.press('Space');
    await shownTitles(page).toEqual(['Three', 'Two', 'One']);
    await expect.poll(() => storedOrder(id), WAIT).toEqual([3, 2, 1]);
  });

  it('go back to where they were, with the reason, when the move is refused', async () => {
    const page = await openBook(await bookOf(['One', 'Two']));
    await shownTitles(page).toEqual(['One', 'Two']);
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('mutation ChangeChapters') ? route.abort() : route.fallback(),
    );
    await page.getByRole('button', { name: 'Move “Two” up' }).click();
    await page.getByText(/The chapter is back where it was\. The gateway does not answer\./).waitFor();
    await shownTitles(page).toEqual(['One', 'Two']);
  });

  it('are moved in two tabs at once, and both see the same', async () => {
    const id = await bookOf(['One', 'Two', 'Three', 'Four']);
    const [one, other] = await Promise.all([openBook(id), openBook(id)]);
    await shownTitles(one).toHaveLength(4);
    await shownTitles(other).toHaveLength(4);
    await Promise.all([
      one.getByRole('button', { name: 'Move “Four” up' }).click(),
      other.getByRole('button', { name: 'Move “Two” up' }).click(),
    ]);
    await expect.poll(() => storedOrder(id), WAIT).toEqual([2, 1, 4, 3]);
    await shownTitles(one).toEqual(['Two', 'One', 'Four', 'Three']);
    await shownTitles(other).toEqual(['Two', 'One', 'Four', 'Three']);
  });

  it('are added, renamed and taken out, with what is wrong at its field', async () => {
    const id = await bookOf(['One']);
    const page = await openBook(id);
    await page.getByRole('button', { name: 'Add a chapter' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(await page.getByLabel('Title').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Title').fill('בוקר בנמל');
    await page.getByLabel('Front or back matter').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await shownTitles(page).toEqual(['One', 'בוקר בנמל']);
    await page.getByRole('button', { name: 'Edit “One”' }).click();
    await page.getByLabel('Title').fill('The first');
    await page.getByRole('button', { name: 'Save' }).click();
    await shownTitles(page).toEqual(['The first', 'בוקר בנמל']);
    await page.getByRole('button', { name: 'Edit “The first”' }).click();
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('button', { name: 'Remove the chapter' }).click();
    await shownTitles(page).toEqual(['בוקר בנמל']);
  });

  it('come live, with one reading of the book for a burst of drafts, and tell why they wait or failed', async () => {
    await pause(studio);
    const id = await bookOf(['One']);
    const page = await openBook(id);
    await shownTitles(page).toHaveLength(1);
    const sends = sendsOf(page, 'BookPage');
    await createDrafts(studio.user, id, 40);
    await shownTitles(page).toHaveLength(41);
    await expect.poll(() => badges(page, 'Expansion waits').count(), WAIT).toBe(40);
    expect(sends.count).toBeGreaterThan(0);
    expect(sends.count).toBeLessThan(20);

    await page.getByRole('button', { name: 'Make a version' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('41 of 41 chapters keep the book back.').waitFor();
    await dialog.getByLabel('Leave out chapters without a draft').check();
    await dialog.getByRole('button', { name: 'Make the version' }).click();
    await dialog.getByText(/^Chapter 2 \(.*is still being expanded\./).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    const { draft } = (await storedChapters(studio.user, id))[1] ?? {};
    await cancelExpansion(studio.user, draft?.id);
    await badges(page, 'Expansion failed').waitFor();
    await resume(studio);
    await rows(page).nth(1).getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => badges(page, 'Expanded').count(), { ...WAIT, timeout: 240_000 }).toBe(40);
  });
});

describe('a version', PATIENCE, () => {
  it('is made from the look at what goes in, once for each intent', async () => {
    const id = await bookOf(['One', 'Two', 'Without a draft'], 2);
    const page = await openBook(id);
    await shownTitles(page).toHaveLength(3);
    await page.getByRole('button', { name: 'Make a version' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 of 3 chapters keeps the book back.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the version' }).click();
    await dialog.getByText('Chapter 3 (“Without a draft”) has no draft yet.').waitFor();
    await dialog.getByLabel('Leave out chapters without a draft').check();
    await dialog.getByText('All of it can go in.').waitFor();

    // The version is made, and the answer is lost.
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('mutation MakeVersion')) return route.fallback();
      await route.fetch();
      await route.abort();
    });
    await dialog.getByRole('button', { name: 'Make the version' }).click();
    await dialog.getByText('There was no answer').waitFor();
    await page.unroute('**/graphql');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 2, name: 'Version 1' }).waitFor();
    await expect
      .poll(() => page.getByRole('navigation', { name: 'Versions' }).getByRole('listitem').count(), WAIT)
      .toBe(1);
  });

  it('is read chapter by chapter, compared, and downloaded as a real EPUB', async () => {
    const id = await bookOf(['One', 'Two'], 2);
    await compileBook(studio.user, { bookId: id });
    const again = await createDraft(studio.user, {
      content: 'Another beginning. Then the bell rang twice.',
      book: id,
      chapter: 2,
    });
    await untilState(studio.user, again, 'COMPLETED');
    const page = await openBook(id);
    await tab(page, 'Versions');
    await page.getByText('Outdated').first().waitFor();
    // Made elsewhere, and here at once.
    await compileBook(studio.user, { bookId: id });
    await page.getByRole('button', { name: /^Version 2/ }).waitFor();
    await page.getByRole('button', { name: /^Version 2/ }).click();

    await page.getByRole('button', { name: 'Make the EPUB' }).click();
    const link = page.getByRole('link', { name: 'Download the EPUB' });
    await link.waitFor({ timeout: 120_000 });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toMatch(/\.epub$/);
    const epub = await bytesOf(download);
    expect(await namesIn(epub)).toEqual(expect.arrayContaining(['mimetype', 'META-INF/container.xml']));
    expect(epub.subarray(38, 58).toString()).toBe('application/epub+zip');
    expect(await violationsOf(page)).toEqual([]);

    const whole = sendsOf(page, 'VersionChapter');
    await tab(page, 'Read');
    await page.getByRole('article').getByText('The harbour was quiet.').first().waitFor();
    expect(whole.count).toBe(1);
    await page.getByRole('button', { name: 'Next chapter →' }).click();
    await page.getByRole('article').getByText('Then the bell rang twice.').first().waitFor();
    expect(whole.count).toBe(2);
    expect(await violationsOf(page)).toEqual([]);

    await tab(page, 'What differs');
    const changed = page.getByRole('list', { name: 'Changed chapters' }).getByRole('listitem');
    await changed.first().waitFor();
    expect(await changed.count()).toBe(1);
    expect(await changed.locator('ins').count()).toBeGreaterThan(0);
    expect(await changed.locator('del').count()).toBeGreaterThan(0);
    expect(await violationsOf(page)).toEqual([]);
  });

  it('becomes a pitch, and that a deck', async () => {
    const id = await bookOf(['One', 'Two'], 2);
    const page = await openBook(id);
    await tab(page, 'Pitch');
    await page.getByRole('button', { name: 'Build a pitch' }).click();
    await page.getByText('No pitch is built').waitFor();
    await compileBook(studio.user, { bookId: id });
    await page.getByRole('button', { name: 'Build a pitch' }).click();
    await page.getByRole('article', { name: 'Pitch 1' }).waitFor({ timeout: 120_000 });
    await page.getByRole('heading', { name: 'What to mind' }).waitFor();
    await page.getByRole('button', { name: 'Make the Slides (PPTX)' }).click();
    const link = page.getByRole('link', { name: 'Download the Slides (PPTX)' });
    await link.waitFor({ timeout: 120_000 });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(await namesIn(await bytesOf(download))).toContain('ppt/presentation.xml');
    expect(await violationsOf(page)).toEqual([]);
    const automatic = page.getByRole('switch', { name: 'Pitch each new version by itself' });
    await automatic.check();
    await expect.poll(() => automatic.isChecked(), WAIT).toBe(true);
  });
});

describe('for a stranger', PATIENCE, () => {
  it('says that there is no such book, and shows it once a draft brings it', async () => {
    const page = await openBook('never-was');
    await page.getByText('There is no book of this id').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await createDraft(studio.user, { content: TEXT, book: 'never-was', chapter: 4 });
    await page.getByText('Its drafts brought it into being.').waitFor();
    await expect.poll(() => rows(page).count(), WAIT).toBe(1);
    await tab(page, 'Details');
    await page.getByLabel('Title', { exact: true }).fill('Named now');
    await page.getByLabel('Language').fill('not a language');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('must be a BCP 47 tag').waitFor();
    expect(await page.getByLabel('Language').getAttribute('aria-invalid')).toBe('true');
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('Language').fill('en');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Named now' }).waitFor();
  });

  it('shows the rest while the compiler and the pitch builder are down', async () => {
    const id = await bookOf(['One'], 1);
    await compileBook(studio.user, { bookId: id });
    studio.takeAway('book-compiler');
    studio.takeAway('pitch-builder');
    try {
      const page = await openBook(id);
      await shownTitles(page).toEqual(['One']);
      await tab(page, 'Versions');
      await page.getByText('Some of this cannot be shown now.').first().waitFor();
      await page.getByRole('button', { name: /^A version/ }).waitFor();
      await page.getByText('The files cannot be shown now').waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await tab(page, 'Pitch');
      await page.getByText('No pitch yet').waitFor();
    } finally {
      studio.giveBack('book-compiler');
      studio.giveBack('pitch-builder');
    }
  });

  it('hears of a file that was made while the connection was cut', async () => {
    const id = await bookOf(['One'], 1);
    await compileBook(studio.user, { bookId: id });
    const page = await openBook(id);
    await tab(page, 'Versions');
    await page.getByRole('button', { name: 'Make the PDF' }).click();
    studio.cut();
    await page.getByText('The connection is lost.').waitFor();
    studio.mend();
    await page.getByRole('link', { name: 'Download the PDF' }).waitFor({ timeout: 120_000 });
  });

  it('shows 300 chapters with long titles, and is usable in both themes', async () => {
    const long = 'A very long title '.repeat(27).trim();
    const titles = Array.from({ length: 300 }, (_, index) => (index === 1 ? long : `港の朝 ${index + 1}`));
    const page = await openBook(await bookOf(titles));
    await expect.poll(() => rows(page).count(), WAIT).toBe(300);
    expect(await violationsOf(page)).toEqual([]);
  });

  it('deletes the book, with what becomes of its drafts told', async () => {
    const id = await bookOf(['One'], 1);
    const page = await openBook(id);
    await tab(page, 'Details');
    await page.getByRole('button', { name: 'Delete the book…' }).click();
    await page.getByLabel('They are deleted too').check();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete the book', exact: true }).click();
    await page.getByText(/is deleted, with its drafts/).waitFor();
    await page.getByRole('heading', { level: 1, name: 'Shelf' }).waitFor();
  });
});

it('leaves no problem in the browser', () => {
  expect(studio.problems().filter((problem) => !/ERR_FAILED/.test(problem))).toEqual([]);
  expect(studio.strangers()).toEqual([]);
});
