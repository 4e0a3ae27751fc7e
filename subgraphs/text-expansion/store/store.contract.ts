import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryContract } from '../../../platform/processing/inventory.contract.ts';
import type { ExpandedTextRecord, ExpandedTextSummary } from '../documents.ts';
import type { ExpandedTextStore } from './store.ts';

export const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

let serial = 0;
/** Each test has a user of its own, so that none sees another's documents. */
export const newUser = () => `user|${++serial}@example.com`;

export const record = (userId: string, over: Partial<ExpandedTextRecord> = {}): ExpandedTextRecord => ({
  id: `expanded-${++serial}`,
  userId,
  parentBlobId: 'a-draft',
  title: 'Zwölf 🥊',
  original: '# Eins\nZwölf Boxkämpfer 🥊 שלום',
  expanded: '# Eins\nZwölf Boxkämpfer 🥊 שלום jagen Viktor quer über den großen Sylter Deich.',
  expansionRatio: 79 / 31,
  styleAnalysis: {
    tone: 'neutral',
    complexity: 'simple',
    readabilityScore: -12.345,
    vocabularyLevel: 'basic',
  },
  sections: [
    { index: 0, title: null, originalStart: 0, originalLength: 7, expandedStart: 0, expandedLength: 7 },
    { index: 1, title: 'Eins', originalStart: 7, originalLength: 24, expandedStart: 7, expandedLength: 72 },
  ],
  processingTimeMs: 1_234,
  modelUsed: 'a-model',
  tokensUsed: 3_000_000_000,
  createdAt: at(0),
  contentHash: 'hash',
  sizeBytes: 130,
  ...over,
});

const ids = (records: readonly { id: string }[]) => records.map(({ id }) => id);

const withoutTexts = ({ original, expanded, ...summary }: ExpandedTextRecord): ExpandedTextSummary => summary;

/** What every adapter of the text expansion's store must do. `open` gives an empty store. */
export function expandedTextStoreContract(
  open: () => Promise<{ store: ExpandedTextStore; close(): Promise<void> }>,
): void {
  let store: ExpandedTextStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
    await store.prepare();
  });
  afterAll(() => close?.());

  const insert = async (...records: ExpandedTextRecord[]) => {
    for (const one of records) await store.insert(one);
    return records;
  };

  it('prepares again without harm and answers a ping', async () => {
    await Promise.all([store.prepare(), store.prepare()]);
    await store.ping();
  });

  describe('storing', () => {
    it('gives back what was stored, as it was', async () => {
      const one = record(newUser());
      expect(await store.find(one.id)).toBeNull();
      expect(await store.insert(one)).toEqual({ stored: one, inserted: true });
      expect(await store.find(one.id)).toEqual(one);
      expect(await store.byIds(one.userId, [one.id])).toEqual([one]);
    });

    it('keeps the first result of a run and tells of it', async () => {
      const [first] = (await insert(record(newUser()))) as [ExpandedTextRecord];
      const second = { ...first, expanded: 'another', contentHash: 'other', createdAt: at(9) };
      expect(await store.insert(second)).toEqual({ stored: first, inserted: false });
      expect(await store.find(first.id)).toEqual(first);
    });

    it.each([
      // Each more than MongoDB takes in one document.
      ['long texts', { original: 'ß\n'.repeat(1_747_626), expanded: 'Straße\n'.repeat(1_500_000) }],
      [
        'very many sections',
        {
          sections: Array.from({ length: 150_000 }, (_, index) => ({
            index,
            title: `Section ${index}`,
            originalStart: index,
            originalLength: 1,
            expandedStart: index * 2,
            expandedLength: 2,
          })),
        },
      ],
    ])('holds %s', async (_what, over) => {
      const one = record(newUser(), over);
      await store.insert(one);
      const read = await store.find(one.id);
      // Compared outright: a difference of megabytes is nothing to be printed.
      expect(isDeepStrictEqual(read, one)).toBe(true);
      const [summary] = await store.summaries(one.userId, [one.id]);
      expect(isDeepStrictEqual(summary, withoutTexts(one))).toBe(true);
    });
  });

  describe('reading', () => {
    it('reads a batch, whole or without its texts, of one user alone', async () => {
      const user = newUser();
      const [one, other] = (await insert(record(user), record(user))) as [
        ExpandedTextRecord,
        ExpandedTextRecord,
      ];
      const [foreign] = (await insert(record(newUser()))) as [ExpandedTextRecord];
      const wanted = [other.id, 'nothing', foreign.id, one.id];
      expect(ids(await store.byIds(user, wanted)).sort()).toEqual([one.id, other.id].sort());
      const summaries = await store.summaries(user, wanted);
      expect(new Map(summaries.map((summary) => [summary.id, summary]))).toEqual(
        new Map([one, other].map((full) => [full.id, withoutTexts(full)])),
      );
      expect(await store.byIds(user, [])).toEqual([]);
    });

    it('lists oldest first, by id where times are equal, without gap or overlap', async () => {
      const user = newUser();
      const times = [3, 1, 2, 2, 2];
      const all = await insert(...times.map((second) => record(user, { createdAt: at(second) })));
      await insert(record(newUser(), { createdAt: at(2) }));
      const expected = all.toSorted((a, b) => +a.createdAt - +b.createdAt || (a.id < b.id ? -1 : 1));
      const seen: ExpandedTextRecord[] = [];
      for (;;) {
        const after = seen.at(-1);
        const page = await store.page(user, { limit: 2, ...(after ? { after } : {}) });
        if (page.length === 0) break;
        seen.push(...page);
      }
      expect(seen).toEqual(expected);
      const since = await store.page(user, { since: at(2), limit: 10 });
      expect(ids(since)).toEqual(ids(expected.slice(1)));
      const [, first] = expected as [ExpandedTextRecord, ExpandedTextRecord];
      const both = await store.page(user, { since: at(2), after: first, limit: 2 });
      expect(ids(both)).toEqual(ids(expected.slice(2, 4)));
    });
  });

  describe('erasing', () => {
    it('removes what it is told to, of one user alone, registered or not', async () => {
      const user = newUser();
      const all = await insert(record(user), record(user), record(user));
      const [gone, quarantined, kept] = all as [ExpandedTextRecord, ExpandedTextRecord, ExpandedTextRecord];
      const [foreign] = (await insert(record(newUser()))) as [ExpandedTextRecord];
      await store.markRegistered(gone.id, at(9));
      await store.quarantine(quarantined.id, 'SOURCE_UNKNOWN: gone');
      await store.erase(user, [gone.id, quarantined.id, foreign.id, 'nothing']);
      await store.erase(user, [gone.id]);
      expect(ids(await store.page(user, { limit: 10 }))).toEqual([kept.id]);
      expect(await store.find(gone.id)).toBeNull();
      expect(await store.find(foreign.id)).toEqual(foreign);
      expect(await store.insert(gone)).toEqual({ stored: gone, inserted: true });
    });

    it('removes all of a user’s, so many at once', async () => {
      const [user, other] = [newUser(), newUser()];
      await insert(record(user), record(user), record(user), record(other));
      expect(await store.eraseUser(user, 2)).toBe(2);
      expect(await store.eraseUser(user, 2)).toBe(1);
      expect(await store.eraseUser(user, 2)).toBe(0);
      expect(await store.page(user, { limit: 10 })).toEqual([]);
      expect(await store.page(other, { limit: 10 })).toHaveLength(1);
    });
  });

  describe('registration', () => {
    const waiting = async (before: Date, own: readonly { id: string }[]) => {
      const known = new Set(ids(own));
      return (await store.unregistered(before, 1_000)).filter((id) => known.has(id));
    };

    it('tells which the index does not have, oldest first, until it has them', async () => {
      const user = newUser();
      const all = await insert(...[30, 10, 20].map((second) => record(user, { createdAt: at(second) })));
      const [late, early, middle] = ids(all) as [string, string, string];
      expect(await waiting(at(31), all)).toEqual([early, middle, late]);
      expect(await waiting(at(30), all)).toEqual([early, middle]);
      await store.markRegistered(early, at(40));
      await store.markRegistered(early, at(50));
      expect(await waiting(at(31), all)).toEqual([middle, late]);
      expect(await store.find(early)).toEqual(all[1]);
    });

    it('answers at most as many as asked for', async () => {
      await insert(record(newUser(), { createdAt: at(-2) }), record(newUser(), { createdAt: at(-1) }));
      expect(await store.unregistered(at(0), 1)).toHaveLength(1);
    });

    it('leaves out what the index refuses, until it takes it after all', async () => {
      const all = await insert(record(newUser(), { createdAt: at(5) }));
      const [one] = all as [ExpandedTextRecord];
      await store.quarantine(one.id, 'SOURCE_UNKNOWN: gone');
      expect(await waiting(at(6), all)).toEqual([]);
      expect(await store.find(one.id)).toEqual(one);
      await store.markRegistered(one.id, at(7));
      await store.quarantine(one.id, 'SOURCE_UNKNOWN: too late');
      expect(await waiting(at(6), all)).toEqual([]);
    });
  });

  inventoryContract(() => ({
    inventory: store,
    newUser,
    async add(userId, createdAt) {
      const { stored } = await store.insert(record(userId, { createdAt }));
      return { id: stored.id, sourceIds: [stored.parentBlobId] };
    },
    markRegistered: (id) => store.markRegistered(id, at(10)),
    refuse: (id) => store.quarantine(id, 'SOURCE_UNKNOWN: gone'),
  }));
}
