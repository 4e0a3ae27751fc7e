import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { currentTrace } from '../../../platform/telemetry/trace.ts';
import { observed } from '../../../platform/testing/observed.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { startTestService, type TestService, viewer } from '../../../platform/testing/service.ts';
import { entryOfUserBlob } from '../entries/entry.ts';
import { stateService } from '../main.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { IndexEntry, UserBlobRecord } from '../store/records.ts';

import {
  compilerDocument,
  expansionDocument,
  startRegistry,
  type TestRegistry,
} from '../testing/registry.fixture.ts';

let server: SqlServer;
let state: TestService;
let registry: TestRegistry;
const statements: string[] = [];
/** Notes what requests cost; sweeps, which go on beside them, have no trace. */
const note = (text: string) => {
  if (currentTrace()) statements.push(text);
};

beforeAll(async () => {
  server = await openTemporaryPglite();
  const sql = async (name: string) => {
    const database = await server.database(name);
    return name === 'state' ? observed(database, note) : database;
  };
  registry = await startRegistry(expansionDocument(), compilerDocument());
  state = await startTestService(stateService, { sql, urls: { processors: registry.url } });
});
afterAll(async () => {
  await state?.stop();
  await registry?.close();
  await server?.close();
});

const userBlob = (userId: string, n: number): UserBlobRecord => ({
  id: `${userId}-${n}`,
  userId,
  schemaId: 'text-input-v1',
  schemaVersion: '1.0.0',
  type: 'chapter_draft',
  title: `Chapter ${n}`,
  data: { content: `Chapter ${n}.` },
  conversationId: null,
  bookId: 'my-novel',
  chapterNum: n,
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, n)),
  inputHash: null,
  expectedProcessorIds: [],
  outbox: [],
});

async function fill(userId: string, blobs: number): Promise<void> {
  const store = createPostgresStateStore(await server.database('state'));
  for (let n = 1; n <= blobs; n += 1) {
    const blob = userBlob(userId, n);
    const entry = entryOfUserBlob(blob);
    const derived: IndexEntry = {
      ...entry,
      id: derivedBlobId(entry.id, 'text-expansion', '1'),
      processorId: 'text-expansion',
      sourceIds: [entry.id],
      chapterNum: null,
      contentHash: 'a',
    };
    await store.insertUserBlob(blob);
    await store.insertEntry(entry, []);
    await store.insertEntry(derived, []);
  }
  await store.advanceSummary(userId);
}

const LISTS = /* GraphQL */ `
  {
    me {
      state {
        books { id compiled(first: 2) { totalCount nodes { id } } }
        conversations { id blobs(first: 2) { totalCount nodes { id } } }
      }
    }
  }
`;

const QUERY = /* GraphQL */ `
  {
    blobs(first: 100, filter: { type: "chapter_draft", processorId: "state" }) {
      totalCount
      nodes {
        id
        processing { state runs { processorId } }
        sources { id }
        content { __typename id ... on UserBlob { body bookId createdAt processingState } }
        derivedIds
        derived { totalCount nodes { id parent { id title } content { __typename id } } }
      }
    }
    book(id: "my-novel") { chapters { draft { id } expanded { id } } }
  }
`;

it('a request costs the same number of statements over 1 blob and over 100', async () => {
  const costs: string[][] = [];
  for (const blobs of [1, 100]) {
    const userId = `reader-of-${blobs}`;
    await fill(userId, blobs);
    statements.length = 0;
    const { data, errors } = await state.graphql<{ blobs: { nodes: { content: { body: unknown } }[] } }>(
      QUERY,
      {},
      {
        viewer: viewer(userId),
      },
    );
    expect(errors).toBeUndefined();
    expect(data?.blobs.nodes).toHaveLength(blobs);
    costs.push([...statements].toSorted());
  }
  const [one = [], hundred = []] = costs;
  expect(hundred).toEqual(one);
  // The page, its count, bodies, derived ids, derived pages, their counts; the book's record and drafts, and its
  // chapters' expansions. Parents are on the page.
  expect(one).toHaveLength(9);
});

describe('of entries, a query reads what it asks for', () => {
  /** The statements of a query, and its data. */
  async function ask<Data>(userId: string, query: string) {
    statements.length = 0;
    const { data, errors } = await state.graphql<Data>(query, {}, { viewer: viewer(userId) });
    expect(errors).toBeUndefined();
    return { data, read: statements.join('\n'), count: statements.length };
  }
  const UNUSED = /e\.(?:preview|runs|source_ids|storage_location)/;

  it('titles of a list, a book, a lineage and of references are read without previews, runs and sources', async () => {
    const userId = 'reader-of-titles';
    await fill(userId, 2);
    const titles = [
      '{ blobs { nodes { id type title createdAt version processing { state } content { __typename id } } } }',
      '{ book(id: "my-novel") { title chapters { title draft { id } expanded { title } } compiled { nodes { id } } } }',
      `{ blob(id: "${userId}-1") { derived { nodes { title } } lineage { nodes { title } } } }`,
      `{ _entities(representations: [{ __typename: "UserBlob", id: "${userId}-1" }]) { ... on UserBlob { id createdAt } } }`,
    ];
    for (const query of titles) expect((await ask(userId, query)).read).not.toMatch(UNUSED);
    const { read } = await ask(userId, '{ blobs { nodes { preview parent { id } } } }');
    expect(read).toMatch(/e\.preview/);
    // Of thousands of sources, the first.
    expect(read).toMatch(/e\.source_ids\[1\]/);
    expect((await ask(userId, '{ blobs { nodes { sources { id } } } }')).read).toMatch(/e\.source_ids(?!\[)/);
  });

  it('sources of a book’s drafts come with the drafts', async () => {
    const userId = 'reader-of-drafts';
    await fill(userId, 3);
    const of = (fields: string) => `{ book(id: "my-novel") { chapters { draft { ${fields} } } } }`;
    const { count } = await ask(userId, of('title'));
    expect((await ask(userId, of('title sources { id }'))).count).toBe(count);
  });

  it('is one statement for all that ask in one turn, and none for what a list has brought', async () => {
    const userId = 'reader-of-both';
    await fill(userId, 3);
    const one = `"${userId}-1"`;
    const two = `brief: blob(id: ${one}) { title } listed: blob(id: ${one}) { preview } other: blob(id: "${userId}-2") { type }`;
    const found = await ask<Record<'brief' | 'listed', object>>(userId, `{ ${two} }`);
    expect(found.count).toBe(1);
    expect(found.data).toMatchObject({ brief: { title: 'Chapter 1' }, listed: { preview: 'Chapter 1.' } });
    const derived = await ask(
      userId,
      `{ blob(id: ${one}) { brief: derived { nodes { title } } listed: derived { nodes { preview } } } }`,
    );
    expect(derived.count).toBe(2);
    const back =
      '{ blobs { nodes { title derived { nodes { title parent { preview sources { id } } } } } } }';
    expect((await ask(userId, back)).count).toBe(2);
  });
});

it('documents are read where they are asked for, and no more of them than one answer takes', async () => {
  const store = createPostgresStateStore(await server.database('state'));
  const userId = 'reader-of-much';
  const text = 'x'.repeat(3 * 1024 * 1024);
  for (let n = 1; n <= 4; n += 1) {
    const blob = { ...userBlob(userId, n), data: { content: text } };
    await store.insertUserBlob(blob);
    await store.insertEntry(entryOfUserBlob(blob), []);
  }
  const ask = async (content: string) => {
    statements.length = 0;
    const answer = await state.graphql<{ blobs: { nodes: { content: object | null }[] } }>(
      `{ blobs(first: 10) { nodes { content { __typename id ... on UserBlob { ${content} } } } } }`,
      {},
      { viewer: viewer(userId) },
    );
    return { ...answer, contents: answer.data?.blobs.nodes.map((node) => node.content) ?? [] };
  };
  const bare = await ask('bookId conversationId createdAt processingState');
  expect(bare.errors).toBeUndefined();
  expect(bare.contents[0]).toMatchObject({ bookId: 'my-novel', createdAt: expect.any(String) });
  expect(statements.join()).not.toMatch(/user_blobs/);
  const { contents, errors } = await ask('body');
  // Two of them fit into 8 MiB.
  expect(contents.map((content) => content !== null)).toEqual([true, true, false, false]);
  expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(Array(2).fill('RESPONSE_TOO_LARGE'));
  expect(statements.filter((statement) => statement.includes('user_blobs'))).toHaveLength(1);
});

it('lists within a list of books or conversations cost the same over 1 and over 20', async () => {
  const store = createPostgresStateStore(await server.database('state'));
  const costs: string[][] = [];
  for (const places of [1, 20]) {
    const userId = `reader-of-${places}-places`;
    for (let n = 1; n <= places; n += 1) {
      const blob = { ...userBlob(userId, n), bookId: `book-${n}`, conversationId: `talk-${n}` };
      await store.insertEntry(entryOfUserBlob(blob), []);
    }
    await store.advanceSummary(userId);
    statements.length = 0;
    const caller = { viewer: viewer(userId) };
    const { data } = await state.graphql<{
      me: { state: { books: object[]; conversations: { blobs: object }[] } };
    }>(LISTS, {}, caller);
    expect(data?.me.state.books).toHaveLength(places);
    expect(data?.me.state.conversations[0]).toMatchObject({ blobs: { totalCount: 1 } });
    costs.push([...statements].toSorted());
  }
  expect(costs[1]).toEqual(costs[0]);
});
