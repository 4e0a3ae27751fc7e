import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { deletingBlobs } from './deleting.fixture.ts';
import { type Change, SUBSCRIPTION } from './harness/changes.ts';
import type { GraphClient } from './harness/client.ts';
import {
  CORE_QUERY,
  compileBook,
  coreQuery,
  createBlob,
  createDraft,
  draftInput,
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

/** Blobs as their processor keeps them. */
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
    const seen: Change['blobChanged'][] = [];
    const seenOf = (kind: string) => seen.filter((change) => change.kind === kind);
    // Order holds for each blob: an expansion of its own may be told of after its draft is completed.
    while (seenOf('COMPLETED').length < 2 || seenOf('DERIVED').length < 2) {
      const { value } = await changes.next();
      expect(value?.errors).toBeUndefined();
      if (value?.data) seen.push(value.data.blobChanged);
    }
    await changes.return?.();
    // Each change once, in order per blob, and the content of another subgraph within it.
    const keys = seen.map(({ blobId, version }) => `${blobId}@${version}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const id of ids) {
      const own = seen.filter(({ blobId }) => blobId === id);
      expect(own.map(({ kind }) => kind)).toEqual(['CREATED', 'PROCESSING', 'COMPLETED']);
      expect(own.map(({ version }) => version)).toEqual([1, 2, 3]);
      expect(own.every(({ blob, version }) => (blob?.version ?? 0) >= version)).toBe(true);
    }
    for (const { blob } of seenOf('DERIVED')) {
      expect(blob).toMatchObject({ processorId: 'text-expansion', content: { __typename: 'ExpandedText' } });
      expect(blob?.content?.data?.expanded.length).toBeGreaterThan(100);
    }

    const { nodes, totalCount } = await coreQuery(client, { filter: { type: 'chapter_draft' } });
    expect(totalCount).toBe(2);
    expect(nodes.map(({ id }) => id)).toEqual(ids.toReversed());
    for (const node of nodes) {
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
      expect(expansion?.data?.expansionRatio).toBeGreaterThanOrEqual(1.5);
    }

    const { compiledBook: book, userErrors } = await compileBook(client, { bookId: 'my-novel' });
    expect(userErrors).toEqual([]);
    const expanded = nodes.toReversed().map((node) => node.derived.nodes[0]);
    expect(book).toMatchObject({ bookId: 'my-novel', version: 1, chapterCount: 2, stale: false });
    expect(
      book?.chapters.map((chapter) => [
        chapter.chapterNum,
        chapter.title,
        chapter.draft?.id,
        chapter.expanded?.id,
      ]),
    ).toEqual([
      [1, 'The Storm', ids[0], expanded[0]?.id],
      [2, 'The Calm', ids[1], expanded[1]?.id],
    ]);
    const [first, second] =
      book?.chapters.map((chapter) => book.fullText.indexOf(chapter.compiledText)) ?? [];
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(first ?? 0);

    const { blob } = await client.query<{
      blob: {
        lineage: { nodes: { id: string }[]; edges: { parentId: string; childId: string }[] };
        derived: { nodes: { id: string }[] };
      };
    }>('query ($id: ID!) { blob(id: $id) { lineage { nodes { id } edges { parentId childId } } } }', {
      id: ids[0],
    });
    expect(blob.lineage.edges).toContainEqual({ parentId: ids[0], childId: expanded[0]?.id });
    expect(blob.lineage.edges).toContainEqual({ parentId: expanded[0]?.id, childId: book?.id });

    const { book: shelf } = await client.query<{
      book: { compiled: { nodes: { id: string; content: { wordCount: number } }[] } };
    }>(
      '{ book(id: "my-novel") { compiled { nodes { id content { ... on CompiledBook { wordCount } } } } } }',
    );
    expect(shelf.compiled.nodes).toEqual([{ id: book?.id, content: { wordCount: book?.wordCount } }]);

    const markdown = await fetch(`${system.urls['book-compiler']}/books/${book?.id}/export`);
    expect(markdown.status).toBe(401);
  });

  it('gives the book as a file at the address that it tells, to its owner alone', async () => {
    const client = await system.client();
    await createDraft(client, { content: STORM });
    expect((await compileBook(client, { bookId: 'my-novel', useExpanded: false })).userErrors).toEqual([]);
    const query = `{ book(id: "my-novel") { compiled(first: 1) { nodes { id
      content { ... on CompiledBook { fullText exportUrl exports { format url state sizeBytes } } }
    } } } }`;
    interface Export {
      format: string;
      url: string;
      state: string;
      sizeBytes: number | null;
    }
    interface Answer {
      book: {
        compiled: {
          nodes: { id: string; content: { fullText: string; exportUrl: string; exports: Export[] } }[];
        };
      };
    }
    const read = async () => {
      const [node] = (await client.query<Answer>(query)).book.compiled.nodes;
      if (!node) throw new Error('The book is not there');
      return { id: node.id, ...node.content };
    };
    const before = await read();
    expect(before.exports.map(({ state, sizeBytes }) => [state, sizeBytes])).toEqual(
      before.exports.map(() => ['MISSING', null]),
    );
    const url = `${system.urls.gateway}${before.exportUrl}`;
    const get = (token: string, headers: Record<string, string> = {}) =>
      fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => get(client.token)));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(before.fullText);
    }
    expect(answers[0]?.headers.get('content-disposition')).toMatch(/^attachment; filename=".*\.md"/);
    const of = async (format: string) => (await read()).exports.find((each) => each.format === format);
    const sizeBytes = Buffer.byteLength(before.fullText);
    await expect.poll(() => of('MARKDOWN')).toMatchObject({ state: 'READY', sizeBytes });
    const etag = answers[0]?.headers.get('etag') ?? '';
    expect((await get(client.token, { 'if-none-match': etag })).status).toBe(304);
    const part = await get(client.token, { range: 'bytes=0-9', 'if-range': etag });
    expect([part.status, await part.text()]).toEqual([206, before.fullText.slice(0, 10)]);
    expect((await get(await system.token('mallory'))).status).toBe(404);
    expect((await fetch(url)).status).toBe(401);
  });

  it('makes each format in the background, tells how far it is, and gives it at a signed address', async () => {
    const client = await system.client();
    await createDraft(client, { content: STORM });
    const { compiledBook: book } = await compileBook(client, { bookId: 'my-novel', useExpanded: false });
    const id = book?.id ?? '';
    const { liveCursor } = await coreQuery(client);
    const changes = client.subscribe<Change>(SUBSCRIPTION, { filter: { blobId: id }, after: liveCursor });
    const formats = await client.query<{ __type: { enumValues: { name: string }[] } }>(
      '{ __type(name: "ExportFormat") { enumValues { name } } }',
    );
    const names = formats.__type.enumValues.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['MARKDOWN', 'HTML', 'EPUB']));
    const ask = /* GraphQL */ `
      mutation ($id: ID!, $format: ExportFormat!) {
        exportBook(input: { compiledBookId: $id, format: $format }) {
          export { format state } userErrors { field code }
        }
      }
    `;
    interface Asked {
      exportBook: { export: { format: string; state: string } | null; userErrors: object[] };
    }
    for (const format of names) {
      const { exportBook } = await client.query<Asked>(ask, { id, format });
      expect(exportBook).toMatchObject({ export: { format }, userErrors: [] });
      expect(['MAKING', 'READY']).toContain(exportBook.export?.state);
    }
    const mallory = await system.client();
    const refused = await mallory.query<Asked>(ask, { id, format: 'EPUB' });
    expect(refused.exportBook).toEqual({
      export: null,
      userErrors: [{ field: 'compiledBookId', code: 'BLOB_NOT_FOUND' }],
    });

    const runs = /* GraphQL */ `
      query ($id: ID!) {
        blob(id: $id) {
          processing { runs { artifact state error { message } } }
          content { ... on CompiledBook { exports { format url state sizeBytes error { message } } } }
        }
      }
    `;
    interface Export {
      format: string;
      url: string;
      state: string;
      sizeBytes: number;
      error: object | null;
    }
    interface Book {
      blob: {
        processing: { runs: { artifact: string | null; state: string }[] };
        content: { exports: Export[] };
      };
    }
    const read = async () => (await client.query<Book>(runs, { id })).blob;
    const kinds: string[] = [];
    for (let made = 0; made < names.length; ) {
      const { value } = await changes.next();
      expect(value?.errors).toBeUndefined();
      const kind = value?.data?.blobChanged.kind ?? '';
      kinds.push(kind);
      if (kind === 'COMPLETED') made += 1;
    }
    await changes.return?.();
    expect(kinds).toContain('PROCESSING');
    await expect
      .poll(async () => (await read()).content.exports.map(({ state, error }) => [state, error]))
      .toEqual(names.map(() => ['READY', null]));
    const { content, processing } = await read();
    const told = processing.runs.filter(({ artifact }) => artifact !== null);
    expect(told.map(({ state }) => state)).toEqual(names.map(() => 'COMPLETED'));
    const beginnings: Record<string, RegExp> = {
      HTML: /^<!DOCTYPE html>/,
      EPUB: /^PK.{28}mimetypeapplication\/epub\+zip/s,
      PDF: /^%PDF-/,
    };
    for (const { format, url, sizeBytes } of content.exports) {
      const answer = await fetch(`${system.urls.gateway}${url}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect([answer.status, bytes.length]).toEqual([200, sizeBytes]);
      expect(bytes.toString('latin1', 0, 100)).toMatch(beginnings[format] ?? /./);
    }
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
    const reconcile = startProcess('cli/reconcile.ts', system.environment, log, ['--grace', '0']);
    expect([await reconcile.gone, reconcile.output()]).toEqual([
      0,
      // Five drafts, five texts and ten books, in their stores and in the index.
      '40 blobs and entries older than 0 s: nothing is left to be set right.\n',
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

deletingBlobs(() => system);

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
    expect(expansion?.data['expanded']?.length).toBeGreaterThanOrEqual(1.5 * content.length);
    const { errors } = await client.request(CORE_QUERY, { filter: { type: 'chapter_draft' } });
    expect(errors?.[0]?.extensions['code']).toBe('RESPONSE_TOO_LARGE');
    expect(errors?.[0]?.message).toContain('/api/v1/processors/{processorId}/blobs/{id}');
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
