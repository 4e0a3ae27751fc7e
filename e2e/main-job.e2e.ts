import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Change, type SeenChange, SUBSCRIPTION } from './harness/changes.ts';
import type { GraphClient } from './harness/client.ts';
import {
  CORE_QUERY,
  type CompiledBook,
  type CoreNode,
  compileBook,
  coreQuery,
  createBlob,
  createDraft,
  draftInput,
  untilExpanded,
  untilState,
} from './harness/operations.ts';
import { startProcess } from './harness/process.ts';
import { type System, startSystem } from './harness/system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem(inject('shape'));
});
afterAll(() => system?.stop());

const STORM =
  '# The Storm\n\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.';
const CALM =
  '# The Calm\n\nIn the morning the sea was flat. Elspeth counted the boats, and one of them was missing.';

const LARGE = /* GraphQL */ `
  query ($id: ID!) { blob(id: $id) { derivedIds content { ... on UserBlob { body } } } }
`;

interface Large {
  blob: { derivedIds: string[]; content: { body: { content: string } } };
}

/** Reads blobs from their processor. */
const kept = (client: GraphClient, processorId: string, ids: readonly string[]) =>
  Promise.all(
    ids.map(async (id) => {
      const answer = await fetch(`${system.urls.gateway}/api/v1/processors/${processorId}/blobs/${id}`, {
        headers: { authorization: `Bearer ${client.token}` },
      });
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { blob: { data: Readonly<Record<string, string>> } }).blob;
    }),
  );

/** Expects each change once, in order per blob, with content of another subgraph. */
function expectInOrder(seen: readonly SeenChange[], drafts: readonly string[]): void {
  const keys = seen.map(({ blobId, version }) => `${blobId}@${version}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const id of drafts) {
    const own = seen.filter(({ blobId }) => blobId === id);
    expect(own.map(({ kind }) => kind)).toEqual(['CREATED', 'PROCESSING', 'COMPLETED']);
    expect(own.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(own.every(({ blob, version }) => (blob?.version ?? 0) >= version)).toBe(true);
  }
  for (const { blob } of seen.filter(({ kind }) => kind === 'DERIVED')) {
    expect(blob).toMatchObject({ processorId: 'text-expansion', content: { __typename: 'ExpandedText' } });
    expect(blob?.content?.data?.expanded.length).toBeGreaterThan(100);
  }
}

/** Expects a completed draft with one expansion of its text. */
function expectExpanded(node: CoreNode): void {
  expect(node.processing).toEqual({
    state: 'COMPLETED',
    runs: [{ processorId: 'text-expansion', state: 'COMPLETED', error: null }],
  });
  expect(node.content).toMatchObject({
    __typename: 'UserBlob',
    id: node.id,
    body: { metadata: { book_id: 'my-novel' } },
  });
  expect(node.derived.nodes).toHaveLength(1);
  const expansion = node.derived.nodes[0]?.content;
  expect(expansion?.data?.original).toBe(node.content?.body?.content);
  expect(expansion?.data?.expansionRatio).toBeGreaterThanOrEqual(1.2);
}

/** Expects the two chapters in order, each with its draft and its expansion. */
function expectCompiled(
  book: CompiledBook,
  drafts: readonly string[],
  expansions: readonly (string | undefined)[],
): void {
  expect(book).toMatchObject({ bookId: 'my-novel', version: 1, chapterCount: 2, stale: false });
  expect(
    book.chapters.map(({ chapterNum, title, draft, expanded }) => [
      chapterNum,
      title,
      draft?.id,
      expanded?.id,
    ]),
  ).toEqual([
    [1, 'The Storm', drafts[0], expansions[0]],
    [2, 'The Calm', drafts[1], expansions[1]],
  ]);
  const [first, second] = book.chapters.map((chapter) => book.fullText.indexOf(chapter.compiledText));
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first ?? 0);
}

/** Expects a chain from a draft through its expansion to the book in the draft's lineage. */
async function expectLineage(client: GraphClient, chain: readonly (string | undefined)[]): Promise<void> {
  const { blob } = await client.query<{
    blob: {
      lineage: { nodes: { id: string }[]; edges: { parentId: string; childId: string }[] };
      derived: { nodes: { id: string }[] };
    };
  }>('query ($id: ID!) { blob(id: $id) { lineage { nodes { id } edges { parentId childId } } } }', {
    id: chain[0],
  });
  const [draft, expansion, book] = chain;
  expect(blob.lineage.edges).toContainEqual({ parentId: draft, childId: expansion });
  expect(blob.lineage.edges).toContainEqual({ parentId: expansion, childId: book });
}

describe('a draft goes in, a book comes out', () => {
  it('expands drafts, tells of it live, and compiles them', async () => {
    const client = await system.client();
    const { liveCursor } = await coreQuery(client);
    const changes = client.subscribe<Change>(SUBSCRIPTION, {
      filter: { bookId: 'my-novel' },
      after: liveCursor,
    });
    const ids = [
      await createDraft(client, { content: STORM, chapter: 1 }),
      await createDraft(client, { content: CALM, chapter: 2 }),
    ];
    expectInOrder(await untilExpanded(changes), ids);
    await changes.return?.();

    const { nodes, totalCount } = await coreQuery(client, { filter: { type: 'chapter_draft' } });
    expect(totalCount).toBe(2);
    expect(nodes.map(({ id }) => id)).toEqual(ids.toReversed());
    for (const node of nodes) expectExpanded(node);

    const { compiledBook: book, userErrors } = await compileBook(client, { bookId: 'my-novel' });
    expect(userErrors).toEqual([]);
    const expansions = nodes.toReversed().map((node) => node.derived.nodes[0]?.id);
    if (!book) throw new Error('The book was not compiled');
    expectCompiled(book, ids, expansions);
    await expectLineage(client, [ids[0], expansions[0], book.id]);

    const { book: shelf } = await client.query<{
      book: { compiled: { nodes: { id: string; content: { wordCount: number } }[] } };
    }>(
      '{ book(id: "my-novel") { compiled { nodes { id content { ... on CompiledBook { wordCount } } } } } }',
    );
    expect(shelf.compiled.nodes).toEqual([{ id: book.id, content: { wordCount: book.wordCount } }]);
    const markdown = await fetch(`${system.urls['book-compiler']}/books/${book.id}/export`);
    expect(markdown.status).toBe(401);
  });

  it('gives a new version each time, and the same one for the same key', async () => {
    const client = await system.client();
    const id = await createDraft(client, { content: STORM });
    await untilState(client, id, 'COMPLETED');
    const input = { bookId: 'my-novel', useExpanded: false };
    const compiled = await Promise.all(Array.from({ length: 6 }, () => compileBook(client, input)));
    expect(compiled.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(compiled.map(({ compiledBook }) => compiledBook?.version).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    const keyed = { ...input, idempotencyKey: 'once' };
    const same = await Promise.all([compileBook(client, keyed), compileBook(client, keyed)]);
    expect(same.map(({ compiledBook }) => compiledBook?.version)).toEqual([7, 7]);
    const other = await compileBook(client, { ...keyed, useExpanded: true });
    expect(other.userErrors).toMatchObject([{ field: 'idempotencyKey', code: 'IDEMPOTENCY_CONFLICT' }]);
  });

  it('leaves an index that agrees with every store', async () => {
    const log = join(system.dataDir, 'output.log');
    const reconcile = startProcess('cli/blobgraph.ts', system.environment, log, [
      'reconcile',
      '--grace',
      '0',
    ]);
    expect([await reconcile.gone, reconcile.output()]).toEqual([
      0,
      // Three drafts, three expansions and eight books, in their stores and in the index.
      '28 blobs and entries older than 0 s: nothing is left to repair.\n',
    ]);
  });

  it('says which chapter is missing', async () => {
    const client = await system.client();
    const book =
      '{ id: "b", title: "B", chapters: [{ chapterNum: 1, title: "One" }, { chapterNum: 2, title: "Two" }] }';
    await client.query(`mutation { createBook(input: ${book}) { userErrors { code } } }`);
    const answer = await compileBook(client, { bookId: 'b' });
    expect(answer.compiledBook).toBeNull();
    expect(answer.userErrors.map(({ code }) => code)).toEqual(['CHAPTER_MISSING', 'CHAPTER_MISSING']);
    expect(answer.userErrors[1]?.message).toContain('Two');
    expect((await compileBook(client, { bookId: 'none' })).userErrors).toMatchObject([
      { field: 'bookId', code: 'BOOK_NOT_FOUND' },
    ]);
  });
});

describe('users', () => {
  it('see only their own, in queries and live', async () => {
    const [alice, bob] = [await system.client(), await system.client()];
    const { liveCursor } = await coreQuery(bob);
    const hers = await createDraft(alice, { content: STORM });
    await untilState(alice, hers, 'COMPLETED');
    const his = await createDraft(bob, { content: CALM });
    for await (const { data } of bob.subscribe<Change>(SUBSCRIPTION, { after: liveCursor })) {
      expect(data?.blobChanged.blobId).toBe(his);
      break;
    }
    expect(
      await bob.query(
        'query ($id: ID!) { blob(id: $id) { id } book(id: "my-novel") { chapters { draft { id } } } }',
        { id: hers },
      ),
    ).toEqual({
      blob: null,
      book: { chapters: [{ draft: { id: his } }] },
    });
  });

  it.each(['auth0|x', 'a@b.c', '*', '>', 'a.b.*', 'Zoë 🥊'])('may be called %s', async (userId) => {
    const client = await system.client(userId);
    const { liveCursor } = await coreQuery(client);
    const id = await createDraft(client, { content: STORM });
    for await (const { data } of client.subscribe<Change>(SUBSCRIPTION, { after: liveCursor })) {
      expect(data?.blobChanged).toMatchObject({ blobId: id, kind: 'CREATED' });
      break;
    }
    await untilState(client, id, 'COMPLETED');
  });

  it('without a token are answered 401', async () => {
    const answer = await fetch(`${system.urls.gateway}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describe('bad input', () => {
  it.each([
    ['empty text', draftInput({ content: '' }), 'SCHEMA_VIOLATION', 'data.content'],
    [
      'an unknown schema',
      { ...draftInput({ content: 'x' }), schemaId: 'none' },
      'SCHEMA_UNKNOWN',
      'schemaId',
    ],
    ['NUL', draftInput({ content: 'a\0b' }), 'TEXT_MALFORMED', 'data.content'],
    ['a lone surrogate', draftInput({ content: 'a\ud83e' }), 'TEXT_MALFORMED', 'data.content'],
    ['more than 5 MiB', draftInput({ content: 'x'.repeat(5 * 1024 * 1024 + 1) }), 'BLOB_TOO_LARGE', 'data'],
  ])('%s is refused by name, and nothing is kept', async (_name, input, code, field) => {
    const client = await system.client();
    const { blob, userErrors } = await createBlob(client, input);
    expect(blob).toBeNull();
    expect(userErrors).toMatchObject([{ code, field }]);
    expect((await coreQuery(client)).totalCount).toBe(0);
  });

  it('a body above 8 MiB is answered 413', async () => {
    const { token } = await system.client();
    const answer = await fetch(`${system.urls.gateway}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(9 * 1024 * 1024) } }),
    });
    expect(answer.status).toBe(413);
  });

  it('cursors that are none are told by name', async () => {
    const client = await system.client();
    const { errors } = await client.request('{ blobs(after: "x") { totalCount } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CURSOR_INVALID', field: 'after' });
    expect(errors?.[0]?.extensions['requestId']).toEqual(expect.any(String));
    const refused = client.subscribe<Change>(SUBSCRIPTION, { after: 'x' }).next();
    await expect(refused).rejects.toMatchObject([{ extensions: { code: 'CURSOR_INVALID', field: 'after' } }]);
  });

  it('text of 5 MiB is taken, expanded and given back as it was', async () => {
    const client = await system.client();
    const sentence = 'The rain came down on the harbour, and Elspeth — שלום 🥊 — counted boats. ';
    const content = `${sentence.repeat(Math.floor((5 * 1024 * 1024 - 100) / Buffer.byteLength(sentence)))}`;
    const id = await createDraft(client, { content });
    await untilState(client, id, 'COMPLETED', 120_000);
    const [draft] = await kept(client, 'state', [id]);
    expect(draft?.data['content'] === content).toBe(true);
    const { blob } = await client.query<Large>(LARGE, { id });
    expect(blob.content.body.content === content).toBe(true);
    const [expansion] = await kept(client, 'text-expansion', blob.derivedIds);
    expect(expansion?.data['original'] === content).toBe(true);
    expect(expansion?.data['expanded']?.length).toBeGreaterThanOrEqual(1.2 * content.length);
    const { errors } = await client.request(CORE_QUERY, { filter: { type: 'chapter_draft' } });
    expect(errors?.[0]?.extensions['code']).toBe('RESPONSE_TOO_LARGE');
    expect(errors?.[0]?.message).toContain('`/api/v1/blobs/{id}/text`');
  });

  it('a blob that no processor takes says so', async () => {
    const client = await system.client();
    const { blob } = await createBlob(client, {
      type: 'note',
      schemaId: 'note-v1',
      data: { text: 'Buy ink.' },
    });
    expect(blob?.processing.state).toBe('STORED');
  });
});
