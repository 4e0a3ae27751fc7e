import type { Page } from 'playwright-core';
import type { Filled } from './fill.ts';
import type { Studio } from './studio.ts';

/** Something to look at: a screen in one of its states. */
export interface View {
  /** E.g. `book-compile`. */
  readonly name: string;
  readonly address: string;
  /** Brings the screen into the state, and waits until it is. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const text = (words: string) => (page: Page) => page.getByText(words).first().waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();
/** Of a lineage's graph: its other buttons zoom. */
const node = (page: Page) =>
  page.locator('[data-lineage="graph"] .react-flow__node').getByRole('button').first();
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();
const dialog = (page: Page) => page.getByRole('dialog').waitFor();

/** Every screen where nothing is stored yet. */
export const EMPTY: readonly View[] = [
  { name: 'shelf-empty', address: '#/', ready: text('Nothing is written yet') },
  {
    name: 'shelf-new-book',
    address: '#/',
    async ready(page) {
      await press(page, 'New book');
      await dialog(page);
    },
  },
  {
    name: 'write-new',
    address: '#/write',
    ready: (page) => page.getByLabel('Text of the chapter').waitFor(),
  },
  { name: 'write-missing', address: '#/write/none', ready: text('There is no such draft') },
  { name: 'book-missing', address: '#/books/none', ready: text('There is no book of this id') },
  { name: 'lineage-missing', address: '#/lineage/none', ready: text('No such blob') },
  { name: 'pictures-empty', address: '#/pictures', ready: text('No pictures yet') },
  {
    name: 'run',
    address: '#/run',
    ready: (page) => page.getByRole('heading', { name: 'Processors' }).waitFor(),
  },
];

const screens = ({ bookId, draftIds }: Filled): readonly View[] => [
  {
    name: 'shelf',
    address: '#/',
    ready: (page) => page.getByRole('list', { name: 'Blobs' }).getByRole('listitem').first().waitFor(),
  },
  {
    name: 'write',
    address: `#/write/${draftIds[0]}`,
    ready: (page) => page.getByRole('button', { name: 'What changed' }).waitFor(),
  },
  {
    name: 'book',
    address: `#/books/${bookId}`,
    ready: (page) => page.getByRole('list', { name: 'Chapters', exact: true }).waitFor(),
  },
  {
    name: 'lineage',
    address: `#/books/${bookId}/lineage`,
    async ready(page) {
      await press(page, /^Graph$/);
      await node(page).waitFor();
    },
  },
  {
    name: 'pictures',
    address: '#/pictures',
    ready: (page) => page.getByRole('listitem').getByRole('img').first().waitFor(),
  },
];

const ofTheBook = ({ bookId, bookTitle }: Filled): readonly View[] => {
  const address = `#/books/${bookId}`;
  const opened = (name: string, ready: View['ready']): View => ({ name: `book-${name}`, address, ready });
  return [
    opened('compile', async (page) => {
      await press(page, 'Make a version');
      await dialog(page);
    }),
    opened('edit-chapter', async (page) => {
      await press(page, /^Edit “/);
      await dialog(page);
    }),
    opened('files', async (page) => {
      await tab(page, 'Versions');
      await page.getByRole('list', { name: 'Files of the version' }).waitFor();
    }),
    opened('read', async (page) => {
      await tab(page, 'Versions');
      await tab(page, 'Read');
      await page.getByRole('article').getByText(/\w{4}/).first().waitFor();
    }),
    opened('differs', async (page) => {
      await tab(page, 'Versions');
      await tab(page, 'What differs');
      await page.getByRole('list', { name: 'Changed chapters' }).waitFor();
    }),
    opened('pitch', async (page) => {
      await tab(page, 'Pitch');
      await page.getByRole('article').first().waitFor();
    }),
    opened('details', async (page) => {
      await tab(page, 'Details');
      await page.getByLabel('Title', { exact: true }).waitFor();
    }),
    opened('delete', async (page) => {
      await tab(page, 'Details');
      await press(page, /^Delete the book/);
      await page.getByRole('dialog').getByText(bookTitle).first().waitFor();
    }),
  ];
};

const others = ({ bookId, draftIds, pictureTitle }: Filled): readonly View[] => [
  {
    name: 'shelf-menu',
    address: '#/',
    async ready(page) {
      await press(page, /^What to do with/);
      await page.getByRole('button', { name: 'Delete…' }).first().waitFor();
    },
  },
  {
    name: 'shelf-delete',
    address: '#/',
    async ready(page) {
      await press(page, /^What to do with/);
      await press(page, 'Delete…');
      await page
        .getByRole('dialog')
        .getByText(/made of it/)
        .first()
        .waitFor();
    },
  },
  { name: 'shelf-nothing-found', address: '#/?text=nowhere', ready: text('Nothing matches') },
  {
    name: 'write-compare',
    address: `#/write/${draftIds[0]}`,
    async ready(page) {
      await press(page, 'What changed');
      await page.locator('ins, mark').first().waitFor();
    },
  },
  {
    name: 'lineage-panel',
    address: `#/lineage/${draftIds[0]}`,
    async ready(page) {
      await node(page).click();
      await page.getByRole('complementary').waitFor();
    },
  },
  {
    name: 'lineage-list',
    address: `#/books/${bookId}/lineage`,
    async ready(page) {
      await press(page, /^List$/);
      await page.locator('[data-lineage="list"]').waitFor();
    },
  },
  {
    name: 'picture',
    address: '#/pictures',
    async ready(page) {
      await press(page, new RegExp(pictureTitle));
      await dialog(page);
    },
  },
];

/** Every screen with something to show. */
export const filledScreens = (filled: Filled): readonly View[] => [
  ...screens(filled),
  ...EMPTY.filter(({ name }) => name === 'run'),
];

/** Their other states: tabs, dialogs, menus. */
export const filledStates = (filled: Filled): readonly View[] => [...ofTheBook(filled), ...others(filled)];

/** Leads an open page to an address, by one where nothing is: a screen that was there already begins anew. */
async function lead(page: Page, address: string): Promise<Page> {
  const nothing = page.getByRole('heading', { name: 'Nothing here' });
  const go = (to: string) => page.evaluate(`location.hash = ${JSON.stringify(to)}`);
  await go('#/nothing/here');
  await nothing.waitFor();
  await go(address);
  await nothing.waitFor({ state: 'detached' });
  return page;
}

/**
 * Shows a view, and waits until nothing in it is loading: what comes later would move under a look or a click.
 * @param opened a page to show it in. Default: a new one
 */
export async function show(studio: Studio, { address, ready }: View, opened?: Page): Promise<Page> {
  const page = await (opened ? lead(opened, address) : studio.open(address));
  await ready(page);
  await page.locator('[data-loading]').first().waitFor({ state: 'detached' });
  return page;
}
