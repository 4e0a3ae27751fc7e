import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { put, violationsOf } from './harness/axe.ts';
import { openStudio, type Studio } from './harness/studio.ts';

const WITHIN = { timeout: 60_000 };
const STORY = readFileSync(projectFile('cli', 'demo', 'story', '01-the-ledger.md'), 'utf8');

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
}, 180_000);
afterAll(() => studio?.close());

const editor = (page: Page) => page.getByRole('textbox', { name: 'Text of the chapter' });
const save = (page: Page) => page.getByRole('button', { name: /^Save/ });
const drafts = (page: Page) =>
  page.getByRole('region', { name: 'Drafts of this chapter' }).getByRole('listitem');
/** Keys under which the browser keeps new drafts of a book. */
const kept = (page: Page, bookId: string) =>
  page.evaluate(
    `Object.keys(localStorage).filter((key) => key.includes('unsaved:') && key.includes('book%3D${bookId}'))`,
  );

/** Puts a text at the end of what is there, as typing does. */
async function type(page: Page, text: string): Promise<void> {
  await editor(page).click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.insertText(text);
}

const isStored = (page: Page) => page.waitForURL(/#\/write\/[^?]+$/, WITHIN);

async function store(bookId: string, chapter: number, content: string): Promise<string> {
  const { createBlob } = await studio.user.query<{ createBlob: { blob: { id: string } } }>(
    'mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } } }',
    {
      input: {
        type: 'chapter_draft',
        schemaId: 'text-input-v1',
        data: { content, metadata: { book_id: bookId, chapter_num: chapter, mood: 'dark' } },
      },
    },
  );
  return createBlob.blob.id;
}

/** Texts of the book's drafts, the newest first. */
async function storedIn(bookId: string): Promise<{ content: string; metadata: object }[]> {
  const { blobs } = await studio.user.query<{
    blobs: { nodes: { content: { body: { content: string; metadata: object } } }[] };
  }>(
    `query ($filter: BlobFilter) { blobs(filter: $filter, first: 50) { nodes { content { ... on UserBlob { body } } } } }`,
    { filter: { bookId, type: 'chapter_draft' } },
  );
  return blobs.nodes.map(({ content }) => content.body);
}

describe('a chapter', () => {
  it('is written, saved, and its expansion stands beside it, with what changed', async () => {
    const page = await studio.open('#/write');
    await editor(page).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('Book').selectOption({ label: 'A new book…' });
    await save(page).click();
    await expect.poll(() => page.getByRole('alert').allInnerTexts()).toContain('Write something first.');
    await page.getByLabel('Id of the new book').fill('my-novel');
    await type(page, STORY);
    await save(page).click();
    await isStored(page);
    const compare = page.getByRole('button', { name: 'What changed' });
    await compare.waitFor(WITHIN);
    const figures = await page.locator('dl').innerText();
    for (const name of ['Length', 'Ratio', 'Tone', 'Readability', 'Complexity', 'Vocabulary'])
      expect(figures).toContain(name);
    await compare.click();
    await expect.poll(() => page.locator('ins').count(), WITHIN).toBeGreaterThan(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.close();
  });

  it('is saved by keys, with the cursor where it was, as a newer draft: the earlier ones stay', async () => {
    const id = await store('kept', 1, 'First.');
    const page = await studio.open(`#/write/${id}`);
    expect(await page.getByRole('spinbutton', { name: 'Chapter' }).inputValue()).toBe('1');
    await page.getByText(/A newer draft of “First\.”/).waitFor(WITHIN);
    await type(page, ' Second.');
    await page.keyboard.press('ControlOrMeta+s');
    await page.waitForURL((url) => !url.hash.endsWith(id) && url.hash.startsWith('#/write/'), WITHIN);
    await page.keyboard.insertText(' Third.');
    expect(await editor(page).innerText()).toBe('First. Second. Third.');
    await expect.poll(() => drafts(page).count(), WITHIN).toBe(2);
    expect(await storedIn('kept')).toEqual([
      { content: 'First. Second.', metadata: { book_id: 'kept', chapter_num: 1, mood: 'dark' } },
      { content: 'First.', metadata: { book_id: 'kept', chapter_num: 1, mood: 'dark' } },
    ]);
    await page.close();
  });

  it('is left by Escape, then Tab', async () => {
    const page = await studio.open('#/write?book=escape');
    await type(page, 'Once');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.matches('.cm-content')")).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.matches('.cm-content')")).toBe(false);
    await page.close();
  });
});

describe('what is not saved', () => {
  it('asks before it is left, survives that and a reload, and is gone once it is saved', async () => {
    const page = await studio.open('#/write?book=unsaved&chapter=1');
    await type(page, 'Not saved yet');
    await page.getByRole('link', { name: 'Shelf' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
    expect(page.url()).toContain('/write');
    await page.getByRole('link', { name: 'Shelf' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Shelf' }).waitFor(WITHIN);
    await page.goBack();
    await page.getByText(/Your unsaved text of .* is back/).waitFor(WITHIN);
    page.on('dialog', (dialog) => void dialog.accept());
    expect(await kept(page, 'unsaved')).toHaveLength(1);
    await page.reload();
    await page.getByText(/Your unsaved text of .* is back/).waitFor(WITHIN);
    expect(await editor(page).innerText()).toBe('Not saved yet');
    expect(await violationsOf(page)).toEqual([]);
    await save(page).click();
    await isStored(page);
    expect(await kept(page, 'unsaved')).toEqual([]);
    await page.close();
  });

  it('in another tab is offered, and neither overwrites the other', async () => {
    const id = await store('tabs', 1, 'Both.');
    const [one, other] = [await studio.open(`#/write/${id}`), await studio.open(`#/write/${id}`)];
    await type(one, ' One.');
    await other.getByText(/Another tab has unsaved text/).waitFor(WITHIN);
    await type(other, ' Other.');
    await save(one).click();
    await one.waitForURL((url) => !url.hash.endsWith(id), WITHIN);
    await save(other).click();
    await other.waitForURL((url) => !url.hash.endsWith(id), WITHIN);
    const texts = (await storedIn('tabs')).map(({ content }) => content);
    expect(texts.sort()).toEqual(['Both.', 'Both. One.', 'Both. Other.']);
    await Promise.all([one.close(), other.close()]);
  });
});

describe('a saving', () => {
  it('whose answer is lost is sent again, and stored once', async () => {
    const page = await studio.open('#/write?book=cut&chapter=1');
    await type(page, 'Once, over a bad line.');
    let lost = 0;
    await page.route('**/graphql', async (route) => {
      if (lost > 0 || !route.request().postData()?.includes('createBlob(')) return route.continue();
      lost += 1;
      await route.fetch();
      await route.abort();
    });
    await save(page).click();
    await isStored(page);
    expect([lost, (await storedIn('cut')).length]).toEqual([1, 1]);
    await page.close();
  });

  it('waits while the gateway is out of reach, also over a reload, and is stored once', async () => {
    const page = await studio.open('#/write?book=away&chapter=1');
    await type(page, 'Written in a tunnel.');
    studio.cut();
    await save(page).click();
    await page.getByText('Nobody has answered yet').waitFor(WITHIN);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. It may be stored already').waitFor(WITHIN);
    studio.mend();
    await save(page).click();
    await isStored(page);
    expect(await storedIn('away')).toHaveLength(1);
    await page.close();
  });
});

describe('a text', () => {
  it('with scripts runs none, and each line has its own direction', async () => {
    const text =
      '# Signs\n\n<script>document.title = "run"</script> [a link](javascript:document.title="run") ![x](https://example.com/x.png)\n\nשלום עולם, זה טקסט.\n\n夜の本を読む。';
    const id = await store('signs', 1, text);
    const page = await studio.open(`#/write/${id}`);
    await page.getByRole('button', { name: 'What changed' }).waitFor(WITHIN);
    const expansion = page.getByRole('region', { name: 'Expansion' });
    await expansion.getByText('<script>').waitFor(WITHIN);
    expect(await expansion.locator('script, [href^="javascript"]').count()).toBe(0);
    expect(await page.title()).toContain('Signs');
    const direction = await page.evaluate(
      "getComputedStyle([...document.querySelectorAll('.cm-line')].find((line) => line.textContent.includes('שלום'))).unicodeBidi",
    );
    expect(direction).toBe('plaintext');
    expect(await editor(page).getAttribute('spellcheck')).toBe('true');
    await page.close();
  });

  it('of nearly 5 MiB is opened and saved; a longer one is told of at the text', async () => {
    const id = await store('long', 1, 'A line of words.\n\n'.repeat(240_000));
    const page = await studio.open(`#/write/${id}`);
    await editor(page).waitFor(WITHIN);
    await type(page, '\n\nThe end.');
    await save(page).click();
    await page.waitForURL((url) => !url.hash.endsWith(id), WITHIN);
    await type(page, 'x'.repeat(1_000_000));
    await save(page).click();
    await page.getByText(/kB too long/).waitFor(WITHIN);
    const { blobs } = await studio.user.query<{ blobs: { totalCount: number } }>(
      '{ blobs(filter: { bookId: "long", type: "chapter_draft" }) { totalCount } }',
    );
    expect(blobs.totalCount).toBe(2);
    await page.close();
  });
});

describe('an address', () => {
  it('of a draft that is deleted, another’s or nobody’s says so', async () => {
    const id = await store('gone', 1, 'Soon gone.');
    const stranger = await studio.system.client();
    const { createBlob } = await stranger.query<{ createBlob: { blob: { id: string } } }>(
      'mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } } }',
      { input: { type: 'text', schemaId: 'text-input-v1', data: { content: 'Not yours.' } } },
    );
    const page = await studio.open(`#/write/${id}`);
    await editor(page).waitFor(WITHIN);
    await studio.user.query('mutation ($id: ID!) { deleteBlob(id: $id) { deletedIds } }', { id });
    await page.getByText('This draft was deleted').waitFor(WITHIN);
    for (const missing of [createBlob.blob.id, 'nobody', id]) {
      const other = await studio.open(`#/write/${missing}`);
      await other.getByRole('heading', { name: 'There is no such draft' }).waitFor(WITHIN);
      await other.close();
    }
    expect(await violationsOf(page)).toEqual([]);
    await put(page, { theme: 'light', width: 1_280 });
    await page.close();
  });
});

it('nothing went wrong in the browser, and no other host was asked', () => {
  const problems = studio.problems().filter((problem) => !problem.includes('net::ERR_FAILED'));
  expect(problems).toEqual([]);
  expect(studio.strangers()).toEqual([]);
});
