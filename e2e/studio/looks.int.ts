import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violationsOf } from './harness/axe.ts';
import { type Filled, fill } from './harness/fill.ts';
import { openStudio, type Studio } from './harness/studio.ts';
import { EMPTY, filledScreens, filledStates, show, type View } from './harness/views.ts';

/** For the names of the views, before there is a system. */
const NAMES: Filled = { bookId: '', bookTitle: '', draftIds: [], pictureTitle: '' };

let studio: Studio;
/** Views are shown one after another in it: to open a page takes longer than to look at it. */
let shown: Page | undefined;

beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

it('a fault is found in each theme, at each width', async () => {
  const page = await studio.open();
  await page.evaluate('document.querySelector("main").append(document.createElement("input"))');
  const found = await violationsOf(page);
  expect(found.filter((each) => each.includes('label at'))).toHaveLength(4);
  await page.close();
});

async function isWell(view: View): Promise<void> {
  const opened = shown;
  // One in which something fails is used no more.
  shown = undefined;
  const page = await show(studio, view, opened);
  expect(await violationsOf(page)).toEqual([]);
  shown = page;
}

describe('before anything is stored', () => {
  it.each(EMPTY)('$name is for everybody', isWell);
});

describe('with a book', () => {
  let filled: Filled;
  beforeAll(async () => {
    filled = await fill(studio.user);
  }, 300_000);

  const views = (of: Filled) => [...filledScreens(of), ...filledStates(of)];
  it.each(views(NAMES).map(({ name }) => name))('%s is for everybody', async (name) => {
    const view = views(filled).find((each) => each.name === name);
    if (!view) throw new Error(`There is no view ${name}`);
    await isWell(view);
  });
});

it('asked no other host, and nothing went wrong', () => {
  expect(studio.strangers()).toEqual([]);
  expect(studio.problems()).toEqual([]);
});
