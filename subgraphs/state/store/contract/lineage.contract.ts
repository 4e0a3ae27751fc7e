import { describe, expect, it } from 'vitest';
import { readLineage } from '../../blobs/lineage.ts';
import { entry, ids, newId, newUser } from '../../testing/records.fixture.ts';
import type { IndexEntry } from '../records.ts';
import type { StateStore } from '../store.ts';

/** A user's chapters and what was compiled of all of them. */
async function compile(store: StateStore, chapters: number, times: number) {
  const user = newUser();
  const drafts = Array.from({ length: chapters }, (_, n) => entry(user, n % 60, { id: newId('draft') }));
  const sourceIds = ids(drafts);
  const books = Array.from({ length: times }, (_, n) =>
    entry(user, 60 + (n % 60), { id: newId('book'), sourceIds, processorId: 'compiler' }),
  );
  for (const one of [...drafts, ...books]) await store.insertEntry(one, []);
  return { user, drafts, books };
}

/** Every adapter's contract for lineages. */
export function lineageContract(store: () => StateStore): void {
  describe('lineage', () => {
    it('of books of very many chapters tells of them without their lists of sources', async () => {
      const [chapters, times] = [60, 12];
      const { user, drafts, books } = await compile(store(), chapters, times);
      const [draft] = drafts as [IndexEntry];
      const down = await readLineage(store(), user, draft.id, 10);
      expect(ids(down.nodes)).toEqual([draft.id, ...ids(books)]);
      expect(down.edges).toEqual(books.map(({ id }) => ({ parentId: draft.id, childId: id })));
      for (const node of down.nodes) expect(node).not.toHaveProperty('sourceIds');
      expect(down.nodes[1]?.parentId).toBe(draft.id);
      expect(down.nodes[0]?.parentId).toBeNull();

      const [book] = books as [IndexEntry];
      const up = await readLineage(store(), user, book.id, 10);
      expect(up.nodes).toHaveLength(chapters + 1);
      expect(up.truncated).toBe(false);
      expect(up.edges).toHaveLength(chapters);
      expect(up.edges.every(({ childId }) => childId === book.id)).toBe(true);
    });

    it('is cut where there are more edges than it tells of, and says so', async () => {
      const { user, drafts, books } = await compile(store(), 12, 10);
      const all = [...ids(drafts), ...ids(books)];
      const { edges, cut } = await store().edgesAmong(user, all, 100);
      expect([edges.length, cut]).toEqual([100, true]);
      const few = await store().edgesAmong(user, all.slice(7, 17), 100);
      expect([few.edges.length, few.cut]).toEqual([5 * 5, false]);
      expect(await store().edgesAmong(newUser(), all, 100)).toEqual({ edges: [], cut: false });
    });

    it('has an edge that passes the entry by', async () => {
      const user = newUser();
      const draft = entry(user, 1);
      const expanded = entry(user, 2, { sourceIds: [draft.id] });
      const book = entry(user, 3, { sourceIds: [draft.id, expanded.id] });
      for (const one of [draft, expanded, book]) await store().insertEntry(one, []);
      const { edges, truncated } = await readLineage(store(), user, expanded.id, 10);
      expect(truncated).toBe(false);
      expect(edges.toSorted((a, b) => (a.parentId < b.parentId ? -1 : 1))).toEqual(
        [
          { parentId: draft.id, childId: expanded.id },
          { parentId: draft.id, childId: book.id },
          { parentId: expanded.id, childId: book.id },
        ].toSorted((a, b) => (a.parentId < b.parentId ? -1 : 1)),
      );
      const one = await readLineage(store(), user, draft.id, 1);
      expect(one.truncated).toBe(false);
    });
  });
}
