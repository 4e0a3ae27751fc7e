import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphClient } from '../harness/client.ts';
import { compileBook, createDraft, untilState } from '../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';

let system: SharedSystem;

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());

const BOOK = /* GraphQL */ `
  subscription ($after: String) {
    bookChanged(bookId: "my-novel", after: $after) {
      cursor kind blobId type processorId artifact state version
      book { title chapters { chapterNum title } }
      blob { content { __typename } }
    }
  }
`;
interface BookChange {
  readonly cursor: string;
  readonly kind: string;
  readonly blobId: string | null;
  readonly type: string | null;
  readonly processorId: string | null;
  readonly artifact: string | null;
  readonly state: string | null;
  readonly version: number;
  readonly book: {
    readonly title: string;
    readonly chapters: readonly { readonly chapterNum: number }[];
  } | null;
}

const RUNS = /* GraphQL */ `
  subscription ($after: String, $blobId: ID, $bookId: ID) {
    processingChanged(blobId: $blobId, bookId: $bookId, after: $after) {
      cursor blobId processorId state attempt version blob { processing { state } }
    }
  }
`;
interface RunChange {
  readonly cursor: string;
  readonly blobId: string;
  readonly processorId: string;
  readonly state: string;
  readonly attempt: number;
  readonly version: number;
}

/** Reads changes until one is the last. */
async function until<Change>(
  client: GraphClient,
  query: string,
  variables: Record<string, unknown>,
  isLast: (change: Change) => boolean,
): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const { data } of client.subscribe<Record<string, Change>>(query, variables)) {
    const [change] = Object.values(data ?? {});
    if (!change) throw new Error('A change has no data');
    changes.push(change);
    if (isLast(change)) break;
  }
  return changes;
}

const title = (client: GraphClient, field: 'createBook' | 'updateBook', input: object) => {
  const type = field === 'createBook' ? 'CreateBookInput' : 'UpdateBookInput';
  const mutation = `mutation ($input: ${type}!) { made: ${field}(input: $input) { liveCursor userErrors { code } } }`;
  return client.query<{ made: { liveCursor: string } }>(mutation, { input: { id: 'my-novel', ...input } });
};

const EXPORT =
  'mutation ($id: ID!) { exportBook(input: { compiledBookId: $id, format: EPUB }) { liveCursor userErrors { code message } } }';

const keyOf = ({ blobId, version }: Pick<BookChange, 'blobId' | 'version'>) =>
  `${blobId ?? 'book'}@${version}`;

it('a book is followed from its making to its export and its end, by its owner alone', async () => {
  const [client, other] = [await system.client(), await system.client()];
  const { made } = await title(client, 'createBook', {
    title: 'Storms',
    chapters: [{ chapterNum: 1, title: 'One' }],
  });
  const { made: others } = await title(other, 'createBook', { title: 'Another' });
  const draft = await createDraft(client, { content: '# The Storm\n\nThe rain came down on the harbour.' });
  await untilState(client, draft, 'COMPLETED');
  const { compiledBook } = await compileBook(client, { bookId: 'my-novel', useExpanded: false });
  const id = compiledBook?.id ?? '';
  const { exportBook } = await client.query<{ exportBook: { liveCursor: string } }>(EXPORT, { id });
  const isExported = ({ kind, artifact }: BookChange) => kind === 'BLOB_COMPLETED' && artifact !== null;
  const exported = await until(client, BOOK, { after: made.liveCursor }, isExported);
  const exporting = await until(client, BOOK, { after: exportBook.liveCursor }, isExported);
  expect(exporting.at(-1)?.cursor).toBe(exported.at(-1)?.cursor);
  const chapters = [{ chapterNum: 2, title: 'Two', position: 1 }];
  await title(client, 'updateBook', { title: 'Calms', chapters });
  const isRenamed = ({ kind, version }: BookChange) => kind === 'UPDATED' && version === 2;
  const renamed = await until(client, BOOK, { after: exported.at(-1)?.cursor }, isRenamed);
  expect(renamed.at(-1)?.book).toEqual({
    title: 'Calms',
    chapters: [
      { chapterNum: 2, title: 'Two' },
      { chapterNum: 1, title: 'One' },
    ],
  });
  await client.query('mutation { deleteBook(id: "my-novel") { bookId } }');
  const isGone = ({ kind }: BookChange) => kind === 'DELETED';
  const gone = await until(client, BOOK, { after: renamed.at(-1)?.cursor }, isGone);
  expect(gone.at(-1)).toMatchObject({ kind: 'DELETED', version: 3, book: null, blobId: null });

  const all = [...exported, ...renamed, ...gone];
  expect(new Set(all.map(keyOf)).size).toBe(all.length);
  expect(all[0]).toMatchObject({ kind: 'UPDATED', version: 1, blobId: null });
  const told = all.map(({ kind, type, artifact }) => [kind, type, ...(artifact ? [artifact] : [])].join(' '));
  const expected = ['BLOB_CREATED chapter_draft', 'BLOB_DERIVED expanded_text', 'BLOB_DERIVED compiled_book'];
  for (const each of expected) expect(told).toContain(each);
  expect(all.filter(isExported).at(-1)).toMatchObject({ blobId: id, state: 'COMPLETED' });
  await title(other, 'updateBook', { title: 'The last' });
  const heard = await until(other, BOOK, { after: others.liveCursor }, isRenamed);
  expect(heard.map(({ kind, version }) => `${kind} ${version}`)).toEqual(['UPDATED 1', 'UPDATED 2']);
});

it('runs are followed by blob and by book, and resumed with the cursor of either', async () => {
  const client = await system.client();
  const { liveCursor } = await client.query<{ liveCursor: string }>('{ liveCursor }');
  const ids = [
    await createDraft(client, { content: 'It rained.' }),
    await createDraft(client, { content: 'It snowed.' }),
  ];
  const isDone = (id: string | undefined) => (change: RunChange) =>
    change.blobId === id && change.state === 'COMPLETED';
  for (const id of ids) await untilState(client, id, 'COMPLETED');
  const one = await until(client, RUNS, { after: liveCursor, blobId: ids[0] }, isDone(ids[0]));
  expect(one.map(({ state, attempt }) => [state, attempt])).toEqual([
    ['PROCESSING', 1],
    ['COMPLETED', 1],
  ]);
  expect(new Set(one.map(({ blobId, processorId }) => `${blobId} ${processorId}`))).toEqual(
    new Set([`${ids[0]} text-expansion`]),
  );
  let finished = 0;
  const bothDone = ({ state, processorId }: RunChange) => {
    if (state === 'COMPLETED' && processorId === 'text-expansion') finished += 1;
    return finished === 2;
  };
  const all = await until(client, RUNS, { after: liveCursor, bookId: 'my-novel' }, bothDone);
  const [first] = all;
  finished = 0;
  const rest = await until(client, RUNS, { after: first?.cursor, bookId: 'my-novel' }, bothDone);
  expect(rest.map(({ cursor }) => cursor)).toEqual(all.slice(1).map(({ cursor }) => cursor));
  const last = all.at(-1)?.cursor;
  await title(client, 'createBook', { title: 'Weather' });
  const isMade = ({ kind, version }: BookChange) => kind === 'UPDATED' && version === 1;
  const book = await until(client, BOOK, { after: last }, isMade);
  expect(book.at(-1)).toMatchObject({ kind: 'UPDATED', book: { title: 'Weather' } });
});

const TEXT = 'subscription { expansionProgress { blobId processorId section sections offset added } }';

interface Written {
  readonly blobId: string;
  readonly section: number;
  readonly offset: number;
  readonly added: string;
}

/** Tells the text of all of a client's drafts from the first that is told on, by draft and section. */
async function listen(client: GraphClient, texts: Map<string, string[]>): Promise<void> {
  for await (const { data } of client.subscribe<{ expansionProgress: Written }>(TEXT, {})) {
    const { blobId, section, offset, added } = data?.expansionProgress ?? {};
    if (blobId === undefined || section === undefined) throw new Error('Text that is told has no place');
    const sections = texts.get(blobId) ?? [];
    sections[section] = (sections[section] ?? '').slice(0, offset) + added;
    texts.set(blobId, sections);
  }
}

it('the text of an expansion is told while it is written, to its owner alone, and is the one that is kept', async () => {
  const [client, other] = [await system.client(), await system.client()];
  const [texts, others] = [new Map<string, string[]>(), new Map<string, string[]>()];
  listen(client, texts).catch(() => undefined);
  listen(other, others).catch(() => undefined);
  const content = 'The rain came down on the harbour. She stood at the window and watched the boats. '.repeat(
    20,
  );
  let draft = '';
  // Nothing says that one listens: what comes before is not told.
  await expect
    .poll(
      async () => {
        draft = await createDraft(client, { content });
        await untilState(client, draft, 'COMPLETED');
        return texts.has(draft);
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  const query = `query ($id: ID!) { blob(id: $id) { derived(processorId: "text-expansion") { nodes {
    content { ... on ExpandedText { data { expanded } } } } } } }`;
  interface Kept {
    readonly blob: {
      readonly derived: {
        readonly nodes: readonly { readonly content: { readonly data: { readonly expanded: string } } }[];
      };
    };
  }
  const { blob } = await client.query<Kept>(query, { id: draft });
  const expanded = blob.derived.nodes[0]?.content.data.expanded;
  await expect.poll(() => texts.get(draft)?.join('')).toBe(expanded);
  expect(others.size).toBe(0);
});
