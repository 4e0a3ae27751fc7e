import type { Filter } from 'mongodb';
import { groupBy } from '../../../../../platform/collections/group-by.ts';
import { coalesce } from '../counting/coalesce.ts';
import { type CountingStore, countEntries, relist } from '../counting/count.ts';
import type { CountedEntry, Facets } from '../counting/counting.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import type { EntryDocument } from '../documents/entry-documents.mongo.ts';
import { COUNTED, type CountedDocument, countedFrom } from '../documents/summary-documents.mongo.ts';
import { createCountingStore } from './counting.mongo.ts';

/** Maximum number of entries counted at once. */
const BATCH = 100;

/** Counts changes of entries: in the process that makes them, or in a later one. */
export interface Counter {
  /** Counts a change that was just made. If that fails, the relay counts it, as its event is unpublished. */
  counted(userId: string, id: string, facets: Facets): Promise<void>;
  /** Counts these entries where their counts are out of date. */
  countEntries(ids: readonly string[]): Promise<void>;
  /** Refreshes the listing of a book that `change` changes, even if this process dies. */
  described<T>(userId: string, bookId: string, change: () => Promise<T>): Promise<T>;
  /** Refreshes the listings of books that may be out of date. */
  relistDescribed(userId: string): Promise<void>;
}

const isUncounted = ({ state, mark, facets }: CountedEntry): boolean =>
  state === null ? facets !== null : mark === null || mark.state !== state;

/** A change that began this long ago is no longer in progress. */
const DESCRIBED_WITHIN_MS = 60_000;

async function inBatches<T>(items: readonly T[], work: (some: readonly T[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) await work(items.slice(start, start + BATCH));
}

/** Counts those of the entries that are not counted yet. */
async function countLeft(
  collections: StateCollections,
  store: CountingStore,
  ids: readonly string[],
): Promise<void> {
  const where = { _id: { $in: [...ids] } } as Filter<EntryDocument>;
  const found = await collections.entries.find<CountedDocument>(where, { projection: COUNTED }).toArray();
  const left = found.filter((document) => isUncounted(countedFrom(document)));
  for (const [userId, some] of groupBy(left, (one) => one.user_id ?? one.deleted_user_id ?? '')) {
    await inBatches(some, async (documents) => {
      const theirs = documents.map(({ _id }) => _id);
      const facets = documents.flatMap((document) => countedFrom(document).facets ?? []);
      if (!(await countEntries(store, userId, theirs, { facets })))
        throw new Error('Too many count the same entries at once');
    });
  }
}

export function createCounter(collections: StateCollections): Counter {
  const { relistings } = collections;
  const store = createCountingStore(collections);
  const count = coalesce<{ readonly id: string; readonly facets: Facets }>(async (userId, changes) => {
    await inBatches(changes, async (some) => {
      const facets = some.map((change) => change.facets);
      const ids = [...new Set(some.map(({ id }) => id))];
      if (!(await countEntries(store, userId, ids, { facets }))) throw new Error('Others count as well');
    });
  });
  const list = (userId: string, key: string) => relist(store, userId, { kind: 'bookId', key });
  return {
    counted: (userId, id, facets) => count(userId, { id, facets }).catch(() => undefined),
    countEntries: (ids) => countLeft(collections, store, ids),
    async described(userId, bookId, change) {
      const _id = { user_id: userId, id: bookId };
      const since = new Date();
      await relistings.updateOne({ _id }, { $max: { since } }, { upsert: true });
      const changed = await change();
      if (await list(userId, bookId)) await relistings.deleteOne({ _id, since });
      return changed;
    },
    async relistDescribed(userId) {
      const known = await relistings.find({ '_id.user_id': userId }).limit(BATCH).toArray();
      for (const { _id, since } of known) {
        const isDone = await list(userId, _id.id);
        const isOver = since.getTime() < Date.now() - DESCRIBED_WITHIN_MS;
        if (isDone && isOver) await relistings.deleteOne({ _id, since });
      }
    },
  };
}
