import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { untilState } from '../harness/operations.ts';
import type { Shape } from '../harness/system.ts';
import { unzipped } from '../slow/archive.fixture.ts';
import { violationsOf } from './harness/axe.ts';
import { openStudio, type Studio } from './harness/studio.ts';

const BOOK = 'my-novel';
/** Of what services take their time for, on a busy machine. */
const LONG = { timeout: 120_000 };

const TEXTS = {
  'The Harbour':
    'The lamp burned all night. Mara read the letter twice, folded it, and walked down to the boats.',
  'The Ferry':
    'Nobody spoke on the ferry. The rope ran out over the stern, wet and slow, and the bank went grey.',
  'The Other Bank':
    'On the other bank a man was waiting with a cart. He did not ask her name. He knew the letter.',
} as const;
type Title = keyof typeof TEXTS;

/** An EPUB's title, and its files in the order in which they are read. */
function bookIn(files: ReadonlyMap<string, Buffer>): { title: string; spine: string[] } {
  const read = (name: string) => String(files.get(name));
  const packageFile = /full-path="([^"]+)"/.exec(read('META-INF/container.xml'))?.[1] ?? '';
  const opf = read(packageFile);
  const folder = packageFile.slice(0, packageFile.lastIndexOf('/') + 1);
  const hrefs = new Map(
    [...opf.matchAll(/<item\s[^>]*>/g)].map(([item]) => [
      /\sid="([^"]+)"/.exec(item)?.[1],
      `${folder}${/\shref="([^"]+)"/.exec(item)?.[1]}`,
    ]),
  );
  const spine = [...opf.matchAll(/<itemref\s[^>]*idref="([^"]+)"/g)].map(([, id]) => hrefs.get(id) ?? '');
  return { title: /<dc:title[^>]*>([^<]*)</.exec(opf)?.[1] ?? '', spine };
}

/** Tells the story of a book, from an empty shelf to its EPUB and its pitch, as its author lives it. */
export function tellStory(shape: Shape): void {
  let studio: Studio;
  let page: Page;
  /** Whether a processor is a process of its own; else what is killed is the whole system. */
  const isApart = shape === 'processes';

  beforeAll(async () => {
    studio = await openStudio({ shape });
    page = await studio.open();
  });
  afterAll(() => studio?.close());

  let isBroken = false;
  beforeEach(({ skip, onTestFailed }) => {
    if (isBroken) skip('what came before it failed');
    onTestFailed(() => {
      isBroken = true;
    });
  });

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const expansion = () => page.getByRole('region', { name: 'Expansion' });
  const lost = () => page.getByText('The connection is lost.');

  /** Begins a chapter, and types it. */
  async function type(title: Title, chapter: number): Promise<void> {
    await page.getByLabel('Text of the chapter').click();
    await page.keyboard.type(TEXTS[title]);
    await page.getByLabel('Title').fill(title);
    expect(await page.getByLabel('Chapter', { exact: true }).inputValue()).toBe(String(chapter));
  }

  /** Saves, and resolves to the draft's id once it is stored. */
  async function stored(): Promise<string> {
    await page.waitForURL(/#\/write\/[\w-]+$/, LONG);
    return page.url().split('/').at(-1) ?? '';
  }

  /** Waits until the whole expansion is there. Nobody reloads the page. */
  async function expanded(title: Title): Promise<void> {
    await expansion().getByRole('button', { name: 'What changed' }).waitFor(LONG);
    await expansion().getByText(TEXTS[title].slice(0, 20)).first().waitFor();
  }

  async function nextChapter(): Promise<void> {
    await page.goto(`${studio.url}/studio/#/write?book=${BOOK}&chapter=${chapters.length + 1}`);
    await page.getByRole('heading', { level: 1, name: 'New draft' }).waitFor();
  }

  const chapters: Title[] = [];

  describe('the story of a book', { timeout: 400_000 }, () => {
    it('begins with an empty shelf, and a first chapter that is expanded before its author’s eyes', async () => {
      await page.getByText('Nothing is written yet').waitFor();
      await page.getByRole('link', { name: 'New draft' }).click();
      await page.getByLabel('Book').selectOption({ label: 'A new book…' });
      await page.getByLabel('Id of the new book').fill(BOOK);
      await type('The Harbour', 1);
      await button('Save').click();
      await stored();
      await expanded('The Harbour');
      chapters.push('The Harbour');
    });

    it('goes on while a processor is killed, the page is reloaded, and the processor is back', async () => {
      await nextChapter();
      await type('The Ferry', 2);
      await studio.kill('text-expansion');
      if (!isApart) await lost().waitFor(LONG);
      await button('Save').click();
      if (isApart) {
        await stored();
        await expansion().getByText('Waiting').first().waitFor();
        await page.reload();
        await expansion().getByText('Waiting').first().waitFor();
      } else {
        await page.getByText('Nobody has answered yet').waitFor(LONG);
      }
      await studio.bringBack('text-expansion');
      await stored();
      if (!isApart) await page.reload();
      await expanded('The Ferry');
      chapters.push('The Ferry');
    });

    it('misses nothing while the connection is cut', async () => {
      await nextChapter();
      await type('The Other Bank', 3);
      await button('Save').click();
      const id = await stored();
      await page.getByRole('heading', { level: 1, name: 'The Other Bank' }).waitFor();
      studio.cut();
      await lost().waitFor(LONG);
      await untilState(studio.user, id, 'COMPLETED');
      studio.mend();
      await lost().waitFor({ ...LONG, state: 'detached' });
      await expanded('The Other Bank');
      chapters.push('The Other Bank');
      expect(await violationsOf(page)).toEqual([]);
    });

    it('stores each chapter once', async () => {
      type Answer = { blobs: { nodes: { title: string }[] } };
      const query = '{ blobs(filter: { type: "chapter_draft" }) { nodes { title } } }';
      const { blobs } = await studio.user.query<Answer>(query);
      expect(blobs.nodes.map(({ title }) => title).sort()).toEqual(Object.keys(TEXTS).sort());
    });

    it('puts the chapters into another order', async () => {
      await page.getByRole('link', { name: BOOK }).click();
      const rows = page.getByRole('list', { name: 'Chapters', exact: true }).getByRole('listitem');
      const titles = () => rows.getByRole('heading').allInnerTexts();
      await expect.poll(titles, LONG).toEqual(chapters);
      await expect.poll(() => rows.getByText(/Expanded$/).count(), LONG).toBe(3);
      await button('Move “The Other Bank” up').click();
      await expect.poll(titles, LONG).toEqual(['The Harbour', 'The Other Bank', 'The Ferry']);
      type Answer = { book: { chapters: { title: string }[] } };
      const stored = async () =>
        (
          await studio.user.query<Answer>('query ($id: ID!) { book(id: $id) { chapters { title } } }', {
            id: BOOK,
          })
        ).book.chapters.map(({ title }) => title);
      await expect.poll(stored, LONG).toEqual(['The Harbour', 'The Other Bank', 'The Ferry']);
    });

    it('becomes a version, and that an EPUB that is downloaded', async () => {
      await button('Make a version').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Make the version' }).click();
      await page.getByRole('heading', { level: 2, name: 'Version 1' }).waitFor(LONG);
      await button('Make the EPUB').click();
      const link = page.getByRole('link', { name: 'Download the EPUB' });
      await link.waitFor(LONG);
      const [download] = await Promise.all([page.waitForEvent('download', LONG), link.click()]);
      expect(download.suggestedFilename()).toMatch(/\.epub$/);
      const bytes = await readFile(await download.path());
      // The first entry, uncompressed, where readers look for it (EPUB Open Container Format 3.3, section 4.3).
      expect(bytes.subarray(30, 58).toString()).toBe('mimetypeapplication/epub+zip');
      const files = await unzipped(bytes);
      const { title, spine } = bookIn(files);
      expect(title).toBe(BOOK);
      expect(spine.length).toBeGreaterThanOrEqual(3);
      const pages = spine.map((name) => String(files.get(name)));
      const places = ['The Harbour', 'The Other Bank', 'The Ferry'].map((chapter) =>
        pages.findLastIndex((text) => text.includes(TEXTS[chapter as Title].slice(0, 20))),
      );
      expect(places).toEqual([...places].sort((one, other) => one - other));
      expect(new Set(places).size).toBe(3);
      expect(places).not.toContain(-1);
    });

    it('becomes a pitch', async () => {
      await page.getByRole('tab', { name: 'Pitch', exact: true }).click();
      await button('Build a pitch').click();
      await page.getByRole('article', { name: 'Pitch 1' }).waitFor(LONG);
      expect(await violationsOf(page)).toEqual([]);
    });

    it('stands on the shelf', async () => {
      await page.getByRole('link', { name: 'Shelf' }).first().click();
      await page.getByRole('heading', { level: 3, name: BOOK }).waitFor(LONG);
      await page.getByText('Version 1').first().waitFor(LONG);
    });

    it('asked no other host, and nothing went wrong', () => {
      const store = studio.system.environment['S3_ENDPOINT'];
      const others = studio.strangers().filter((origin) => !store || origin !== new URL(store).origin);
      expect(others).toEqual([]);
      expect(studio.problems()).toEqual([]);
    });
  });
}
