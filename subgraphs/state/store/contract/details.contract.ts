import { describe, expect, it } from 'vitest';
import { entry, newId, newUser } from '../../testing/records.fixture.ts';
import type { AnyEntry, BriefEntry, Detail, IndexEntry, ListedEntry } from '../records.ts';
import type { StateStore } from '../store.ts';

const run: IndexEntry['runs'][number] = {
  processorId: 'p',
  state: 'FAILED',
  attempt: 2,
  generation: 0,
  stage: null,
  artifact: null,
  progress: 0.5,
  error: { code: 'X', message: 'y' },
  updatedAt: '2026-01-01T00:00:01.000Z',
};

/** The members that a read in this detail brings of an entry, and not one more. */
function broughtOf({ sourceIds, ...rest }: IndexEntry): Record<Detail, AnyEntry> {
  const listed: ListedEntry = { ...rest, parentId: sourceIds[0] ?? null };
  const {
    storageLocation,
    schemaId,
    schemaVersion,
    preview,
    bookId,
    conversationId,
    chapterNum,
    runs,
    ...brief
  } = rest;
  return { brief: brief satisfies BriefEntry, listed, whole: { ...rest, sourceIds } };
}

/** Every adapter's contract for how much of entries is read. */
export function detailsContract(store: () => StateStore): void {
  const details: readonly Detail[] = ['brief', 'listed', 'whole'];

  /** A draft, and what was made of it and another, both in one book. */
  async function fill() {
    const user = newUser();
    const placed = { bookId: 'b', conversationId: 'c', runs: [run], title: 'Storm' };
    const draft = entry(user, 1, { ...placed, chapterNum: 3 });
    const made = entry(user, 2, {
      ...placed,
      sourceIds: [draft.id, newId('other')],
      processorId: 'p',
      contentHash: 'h',
      generation: 2,
      contentMissingSince: new Date('2026-01-01T00:00:09.000Z'),
    });
    for (const one of [draft, made]) await store().insertEntry(one, []);
    return { user, draft, made };
  }

  describe.each(details)('a read of entries that is %s', (detail) => {
    it('brings that of them and no more, by id, page, parent, place and chapter', async () => {
      const { user, draft, made } = await fill();
      const of = (one: IndexEntry) => broughtOf(one)[detail];
      const found = await store().entries(user, [draft.id, made.id], detail);
      expect(new Map(found.map((one) => [one.id, one]))).toEqual(
        new Map([draft, made].map((one) => [one.id, of(one)])),
      );
      const page = { limit: 5, direction: 'DESC' } as const;
      for (const filter of [
        {},
        { bookId: 'b' },
        { type: draft.type, bookId: 'b' },
        { words: ['storm'] },
        { words: ['storm', 'dark'] },
        { words: ['storm'], type: draft.type },
      ])
        expect((await store().page(user, filter, page, detail)).entries).toEqual([of(made), of(draft)]);
      const derived = await store().derived(user, [draft.id], { limit: 5 }, detail);
      expect(derived).toEqual(new Map([[draft.id, [of(made)]]]));
      for (const [place, id] of [
        ['bookId', 'b'],
        ['conversationId', 'c'],
      ] as const)
        expect(await store().inPlaces(user, [id], { place, limit: 5 }, detail)).toEqual(
          new Map([[id, [of(made), of(draft)]]]),
        );
      const chapters = [{ bookId: 'b', chapterNum: 3, draft: of(draft) }];
      expect(await store().newestDrafts(user, ['b'], detail)).toEqual(chapters);
      await store().advanceSummary(user);
      expect(await store().newestDrafts(user, ['b'], detail)).toEqual(chapters);
    });
  });

  it.each(['brief', 'listed'] as const)('a lineage that is %s brings that of its entries', async (detail) => {
    const { user, draft, made } = await fill();
    const { nodes } = await store().lineage(user, draft.id, 2, 10, detail);
    expect(nodes).toEqual([
      { entry: broughtOf(draft)[detail], distance: 0 },
      { entry: broughtOf(made)[detail], distance: 1 },
    ]);
  });
}
