import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphClient } from '../../harness/client.ts';
import { compileBook, createDraft, deleteBlob, untilState } from '../../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';

let system: SharedSystem;

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());

const BOOK = /* GraphQL */ `
  query ($id: ID!) {
    book(id: $id) {
      title language
      chapters { chapterNum position numbered title draft { id } expanded { id } }
      compiled { nodes { content { ... on CompiledBook { version outdated stale language wordCount characterCount } } } }
    }
  }
`;
interface BookView {
  readonly title: string;
  readonly language: string | null;
  readonly chapters: readonly {
    readonly chapterNum: number;
    readonly title: string;
    readonly draft: { readonly id: string } | null;
    readonly expanded: { readonly id: string } | null;
  }[];
  readonly compiled: { readonly nodes: readonly { readonly content: Record<string, unknown> }[] };
}

const readBook = async (client: GraphClient, id: string) =>
  (await client.query<{ book: BookView | null }>(BOOK, { id })).book;
const versions = async (client: GraphClient, id: string) =>
  (await readBook(client, id))?.compiled.nodes.map(({ content }) => content);

const UPDATE = /* GraphQL */ `
  mutation ($input: UpdateBookInput!) { updateBook(input: $input) { userErrors { field code message } } }
`;
const update = async (client: GraphClient, input: object) => {
  type Answer = { updateBook: { userErrors: object[] } };
  expect((await client.query<Answer>(UPDATE, { input })).updateBook.userErrors).toEqual([]);
};

describe('a book over its life', () => {
  it('is planned, written, moved about, compiled and deleted', async () => {
    const client = await system.client('planner');
    const create = `mutation { createBook(input: { id: "plan", title: "The Plan", chapters: [
      { chapterNum: 1, title: "One" }, { chapterNum: 2, title: "Two" }, { chapterNum: 3, title: "Prologue", numbered: false }
    ] }) { userErrors { message } } }`;
    await client.query(create);
    const content = (words: string) => `${words}\n\nDry.[^1]\n\n[^1]: Note of “${words}”.`;
    const one = await createDraft(client, { book: 'plan', chapter: 1, content: content('First things') });
    const third = await createDraft(client, { book: 'plan', chapter: 3, content: content('Before it all') });
    for (const id of [one, third]) await untilState(client, id, 'COMPLETED');

    const refused = await compileBook(client, { bookId: 'plan' });
    expect(refused.userErrors).toMatchObject([
      { code: 'CHAPTER_MISSING', message: expect.stringContaining('“Two”') },
    ]);
    await update(client, { id: 'plan', language: 'en-GB', chapters: [{ chapterNum: 3, position: 1 }] });
    const { compiledBook } = await compileBook(client, { bookId: 'plan', leaveOutMissing: true });
    expect(compiledBook?.chapters.map(({ chapterNum }) => chapterNum)).toEqual([3, 1]);
    expect(compiledBook?.fullText).toContain('lang: en-GB\n');
    expect(compiledBook?.fullText).toContain('- [Prologue](#chapter-3)\n- [1. One](#chapter-1)\n');
    expect(compiledBook?.fullText).toMatch(
      /\[\^3-1\]: Note of “Before it all”[\s\S]*\[\^1-1\]: Note of “First things”/,
    );

    await createDraft(client, { book: 'plan', chapter: 1, content: 'Anew.' });
    expect(await versions(client, 'plan')).toMatchObject([{ version: 1, outdated: true, stale: false }]);
    const remove = `mutation { deleteBook(id: "plan", deleteDrafts: true) { deletedIds userErrors { message } } }`;
    const { deleteBook } = await client.query<{ deleteBook: { deletedIds: string[] } }>(remove);
    expect(deleteBook.deletedIds).toEqual(expect.arrayContaining([one, third, compiledBook?.id]));
    expect(await readBook(client, 'plan')).toBeNull();
  });

  it('never prints a draft in the place of an expansion that was deleted, and gives no number twice', async () => {
    const client = await system.client('editor');
    const draft = await createDraft(client, {
      book: 'edit',
      content: '# The Storm\n\nElspeth shut the window.',
    });
    await untilState(client, draft, 'COMPLETED');
    const first = await compileBook(client, { bookId: 'edit' });
    expect(first.compiledBook).toMatchObject({ version: 1 });
    const expanded = (await readBook(client, 'edit'))?.chapters[0]?.expanded?.id ?? '';
    // The book has no other source, and is deleted as well.
    expect((await deleteBlob(client, expanded)).deletedIds).toEqual([expanded, first.compiledBook?.id]);
    const { compiledBook, userErrors } = await compileBook(client, { bookId: 'edit' });
    expect(compiledBook).toBeNull();
    expect(userErrors).toMatchObject([
      { code: 'EXPANSION_MISSING', message: expect.stringContaining('reprocess') },
    ]);
    const again = `mutation ($id: ID!) {
      reprocess(blobId: $id, processorId: "text-expansion") { userErrors { message } }
    }`;
    expect(await client.query(again, { id: draft })).toEqual({ reprocess: { userErrors: [] } });
    await untilState(client, draft, 'COMPLETED');
    await expect
      .poll(async () => (await compileBook(client, { bookId: 'edit' })).compiledBook)
      .toMatchObject({
        version: 2,
        chapters: [{ title: 'The Storm', expanded: { id: expect.any(String) } }],
      });
  });
});
