import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { routed } from '../../platform/ids/service-path.ts';
import { type Change, SUBSCRIPTION } from '../harness/changes.ts';
import { createGraphClient, type GraphClient, type GraphQLResult } from '../harness/client.ts';
import { callAs } from '../harness/identity.ts';
import {
  compileBook,
  coreQuery,
  createBlob,
  createDraft,
  deleteBlob,
  draftInput,
  untilState,
} from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';

const STORM =
  '# The Storm\n\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.';
const CALM =
  '# The Calm\n\nIn the morning the sea was flat. Elspeth counted the boats, and one of them was missing.';

let system: System;

beforeAll(async () => {
  system = await startSystem(inject('shape'));
});
afterAll(() => system?.stop());

/** Ids of the user's blobs in a processor's store, read as the gateway. */
async function kept(processor: 'text-expansion' | 'book-compiler', userId: string): Promise<string[]> {
  const path = routed`/users/${userId}/blobs?limit=100`;
  const answer = await callAs(system, { as: 'gateway', to: processor, path, userId });
  const { blobs } = (await answer.json()) as { blobs: { id: string }[] };
  return blobs.map(({ id }) => id);
}

/** Reads changes until these blobs are deleted, and no others. */
async function untilDeleted(
  changes: AsyncIterator<GraphQLResult<Change>>,
  ...expected: string[]
): Promise<void> {
  const seen: string[] = [];
  while (seen.length < expected.length) {
    const { value } = await changes.next();
    expect(value?.errors).toBeUndefined();
    const change = value?.data?.blobChanged;
    // Changes that the page already shows may follow its cursor as well.
    if (change?.kind !== 'DELETED') continue;
    expect(change.blob).toBeNull();
    seen.push(change.blobId);
  }
  expect(seen.toSorted()).toEqual(expected.toSorted());
}

const AFTER_DELETION = /* GraphQL */ `
  query ($draft: ID!, $expansion: ID!, $book: ID!) {
    draft: blob(id: $draft) { id }
    expansion: blob(id: $expansion) { id }
    blob(id: $book) { content { ... on CompiledBook { stale fullText chapters { draft { title } } } } }
    book(id: "my-novel") { chapters { draft { id } } }
  }
`;

/** Expects draft and expansion to be gone, and the compiled book to be stale and otherwise unchanged. */
async function expectStale(
  client: GraphClient,
  { left, ...ids }: { draft: string; expansion: string; book: string; left: string },
  fullText: string,
): Promise<void> {
  await expect
    .poll(() => client.request(AFTER_DELETION, ids))
    .toMatchObject({
      data: {
        draft: null,
        expansion: null,
        blob: {
          content: {
            stale: true,
            fullText,
            chapters: [{ draft: null }, { draft: { title: 'The Calm' } }],
          },
        },
        book: { chapters: [{ draft: { id: left } }] },
      },
      // The chapter still names its draft, which is answered with an error.
      errors: [
        { path: ['blob', 'content', 'chapters', 0, 'draft', 'title'], extensions: { code: 'NOT_FOUND' } },
      ],
    });
}

describe('a deletion', () => {
  it('takes what was made of the blob alone, and marks the book as stale, or takes it along', async () => {
    const userId = `deleting|${Date.now()}`;
    const client = await system.client(userId);
    const storm = await createDraft(client, { content: STORM, chapter: 1 });
    const calm = await createDraft(client, { content: CALM, chapter: 2 });
    for (const id of [storm, calm]) await untilState(client, id, 'COMPLETED');
    const { compiledBook } = await compileBook(client, { bookId: 'my-novel' });
    const { id: book = '', fullText = '', sourceBlobIds = [] } = compiledBook ?? {};
    const [expandedStorm = '', expandedCalm = ''] = sourceBlobIds;
    const { liveCursor, totalCount } = await coreQuery(client);
    expect(totalCount).toBe(5);
    const changes = client.subscribe<Change>(SUBSCRIPTION, {
      filter: { bookId: 'my-novel' },
      after: liveCursor,
    });

    expect(await deleteBlob(client, storm)).toEqual({
      deletedIds: [storm, expandedStorm],
      staleIds: [book],
      userErrors: [],
    });
    await untilDeleted(changes, storm, expandedStorm);
    await expectStale(client, { draft: storm, expansion: expandedStorm, book, left: calm }, fullText);
    await expect.poll(() => kept('text-expansion', userId)).toEqual([expandedCalm]);

    expect(await deleteBlob(client, calm, true)).toEqual({
      deletedIds: [calm, expandedCalm, book],
      staleIds: [],
      userErrors: [],
    });
    await untilDeleted(changes, calm, expandedCalm, book);
    expect(await coreQuery(client)).toMatchObject({ totalCount: 0, nodes: [] });
    await expect.poll(() => kept('text-expansion', userId)).toEqual([]);
    await expect.poll(() => kept('book-compiler', userId)).toEqual([]);
  });

  it('takes all data of a user whom an operator erases', async () => {
    const userId = `erased|${Date.now()}`;
    const client = await system.client(userId);
    const id = await createDraft(client, { content: CALM });
    await untilState(client, id, 'COMPLETED');
    await compileBook(client, { bookId: 'my-novel' });
    const operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
    const erase = 'mutation ($id: ID!) { deleteUser(id: $id) { erasure { state } userErrors { code } } }';
    expect((await client.request(erase, { id: userId })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(await operator.query(erase, { id: userId })).toEqual({
      deleteUser: { erasure: { state: 'RUNNING' }, userErrors: [] },
    });
    expect((await createBlob(client, draftInput({ content: STORM }))).userErrors).toMatchObject([
      { code: 'USER_ERASING' },
    ]);
    const report = `query ($id: ID!) {
      userErasure(id: $id) { obstacle stores { processorId deleted left erasedAt } }
    }`;
    const done = (processorId: string) => ({
      processorId,
      // Webhooks are no blobs.
      deleted: processorId === 'events' ? 0 : 1,
      left: 0,
      erasedAt: expect.any(String),
    });
    await expect
      .poll(() => operator.query(report, { id: userId }))
      .toEqual({
        userErasure: {
          obstacle: null,
          stores: ['book-compiler', 'events', 'state', 'text-expansion'].map(done),
        },
      });
    expect((await coreQuery(client)).totalCount).toBe(0);
    expect(await kept('text-expansion', userId)).toEqual([]);
    expect(await kept('book-compiler', userId)).toEqual([]);
  });

  it('holds when the expansion was running', async () => {
    const userId = `stopping|${Date.now()}`;
    const client = await system.client(userId);
    const { liveCursor } = await coreQuery(client);
    const long = await createDraft(client, { content: `${STORM}\n\n${CALM}\n\n`.repeat(500), key: 'k' });
    for await (const { data } of client.subscribe<Change>(SUBSCRIPTION, { after: liveCursor })) {
      if (data?.blobChanged.kind === 'PROCESSING') break;
    }
    expect(await deleteBlob(client, long)).toMatchObject({ deletedIds: [long] });
    // Equally long, and started later.
    const other = await createDraft(client, { content: `${CALM}\n\n${STORM}\n\n`.repeat(500) });
    await untilState(client, other, 'COMPLETED');
    const { nodes } = await coreQuery(client);
    const expansions = nodes.filter(({ content }) => content?.__typename === 'ExpandedText');
    expect(nodes.map(({ id }) => id)).toEqual([expansions[0]?.id, other]);
    await expect.poll(() => kept('text-expansion', userId)).toEqual(expansions.map(({ id }) => id));
    const again = draftInput({ content: `${STORM}\n\n${CALM}\n\n`.repeat(500), key: 'k' });
    expect((await createBlob(client, again)).userErrors).toMatchObject([
      { code: 'BLOB_DELETED', field: 'idempotencyKey' },
    ]);
  });
});
