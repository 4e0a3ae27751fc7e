import { describe, expect, it } from 'vitest';
import { routed } from '../platform/service-path.ts';
import { type Change, SUBSCRIPTION } from './harness/changes.ts';
import { createGraphClient } from './harness/client.ts';
import { callAs } from './harness/identity.ts';
import {
  compileBook,
  coreQuery,
  createBlob,
  createDraft,
  deleteBlob,
  draftInput,
  untilState,
} from './harness/operations.ts';
import type { System } from './harness/system.ts';

const STORM =
  '# The Storm\n\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.';
const CALM =
  '# The Calm\n\nIn the morning the sea was flat. Elspeth counted the boats, and one of them was missing.';

/** Blobs that are deleted, from one end of the system to the other. */
export function deletingBlobs(system: () => System): void {
  describe('what is deleted', () => {
    /** Ids of what a processor keeps of the user, read as the gateway does. */
    const kept = async (processor: 'text-expansion' | 'book-compiler', userId: string) => {
      const path = routed`/users/${userId}/blobs?limit=100`;
      const answer = await callAs(system(), { as: 'gateway', to: processor, path, userId });
      const { blobs } = (await answer.json()) as { blobs: { id: string }[] };
      return blobs.map(({ id }) => id);
    };

    it('goes from every store with what was made of it alone, and marks the book, or takes it along', async () => {
      const userId = `deleting|${Date.now()}`;
      const client = await system().client(userId);
      const ids = [
        await createDraft(client, { content: STORM, chapter: 1 }),
        await createDraft(client, { content: CALM, chapter: 2 }),
      ];
      const [storm = '', calm = ''] = ids;
      for (const id of ids) await untilState(client, id, 'COMPLETED');
      const { compiledBook: book } = await compileBook(client, { bookId: 'my-novel' });
      const [expandedStorm = '', expandedCalm = ''] = book?.sourceBlobIds ?? [];
      const { liveCursor, totalCount } = await coreQuery(client);
      expect(totalCount).toBe(5);
      const changes = client.subscribe<Change>(SUBSCRIPTION, {
        filter: { bookId: 'my-novel' },
        after: liveCursor,
      });
      const untilDeleted = async (...expected: string[]) => {
        const seen: string[] = [];
        while (seen.length < expected.length) {
          const { value } = await changes.next();
          expect(value?.errors).toBeUndefined();
          const change = value?.data?.blobChanged;
          // What the page shows already may be told after its cursor, too.
          if (change?.kind !== 'DELETED') continue;
          expect(change.blob).toBeNull();
          seen.push(change.blobId);
        }
        expect(seen.toSorted()).toEqual(expected.toSorted());
      };

      expect(await deleteBlob(client, storm)).toEqual({
        deletedIds: [storm, expandedStorm],
        staleIds: [book?.id],
        userErrors: [],
      });
      await untilDeleted(storm, expandedStorm);
      const read = `query ($storm: ID!, $expanded: ID!, $book: ID!) {
        storm: blob(id: $storm) { id }
        expanded: blob(id: $expanded) { id }
        blob(id: $book) { content { ... on CompiledBook { stale fullText chapters { draft { title } } } } }
        book(id: "my-novel") { chapters { draft { id } } }
      }`;
      const known = { storm, expanded: expandedStorm, book: book?.id };
      await expect
        .poll(() => client.request(read, known))
        .toMatchObject({
          data: {
            storm: null,
            expanded: null,
            blob: {
              content: {
                stale: true,
                fullText: book?.fullText,
                chapters: [{ draft: null }, { draft: { title: 'The Calm' } }],
              },
            },
            book: { chapters: [{ draft: { id: calm } }] },
          },
          // The chapter still names its draft: that it is gone is told, and costs the draft alone.
          errors: [
            {
              path: ['blob', 'content', 'chapters', 0, 'draft', 'title'],
              extensions: { code: 'NOT_FOUND' },
            },
          ],
        });
      await expect.poll(() => kept('text-expansion', userId)).toEqual([expandedCalm]);

      expect(await deleteBlob(client, calm, true)).toEqual({
        deletedIds: [calm, expandedCalm, book?.id],
        staleIds: [],
        userErrors: [],
      });
      await untilDeleted(calm, expandedCalm, book?.id ?? '');
      expect(await coreQuery(client)).toMatchObject({ totalCount: 0, nodes: [] });
      await expect.poll(() => kept('text-expansion', userId)).toEqual([]);
      await expect.poll(() => kept('book-compiler', userId)).toEqual([]);
    });

    it('is all that a user has, when an operator erases them', async () => {
      const userId = `erased|${Date.now()}`;
      const client = await system().client(userId);
      const id = await createDraft(client, { content: CALM });
      await untilState(client, id, 'COMPLETED');
      await compileBook(client, { bookId: 'my-novel' });
      const operator = createGraphClient(system().urls.gateway, await system().token('olga', ['operator']));
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
        deleted: 1,
        left: 0,
        erasedAt: expect.any(String),
      });
      await expect
        .poll(() => operator.query(report, { id: userId }))
        .toEqual({
          userErasure: { obstacle: null, stores: ['book-compiler', 'state', 'text-expansion'].map(done) },
        });
      expect((await coreQuery(client)).totalCount).toBe(0);
      expect(await kept('text-expansion', userId)).toEqual([]);
      expect(await kept('book-compiler', userId)).toEqual([]);
    });

    it('stays dead though its expansion was running', async () => {
      const userId = `stopping|${Date.now()}`;
      const client = await system().client(userId);
      const { liveCursor } = await coreQuery(client);
      const long = await createDraft(client, { content: `${STORM}\n\n${CALM}\n\n`.repeat(500), key: 'k' });
      for await (const { data } of client.subscribe<Change>(SUBSCRIPTION, { after: liveCursor })) {
        if (data?.blobChanged.kind === 'PROCESSING') break;
      }
      expect(await deleteBlob(client, long)).toMatchObject({ deletedIds: [long] });
      // As long, and begun later.
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
}
