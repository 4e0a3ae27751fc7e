import type { Filter } from 'mongodb';
import { groupBy } from '../../../../platform/group-by.ts';
import type { StateCollections } from '../../store/collections.mongo.ts';
import type { EntryDocument } from '../../store/documents.mongo.ts';
import { coalesce } from './coalesce.ts';
import { countEntries, relist } from './count.ts';
import { createCountingStore } from './counting.mongo.ts';
import type { CountedEntry, Facets } from './counting.ts';
import { COUNTED, type CountedDocument, countedFrom } from './stored.mongo.ts';

/** Entries counted at once at most. */
const BATCH = 100;

/** Has changes of entries counted, by whoever makes them and by whoever comes after. */
export interface Counter {
  /** Counts a change that was just made. Where that fails, the relay counts it: its event still waits. */
  counted(userId: string, id: string, facets: Facets): Promise<void>;
  /** Counts those of these entries that are not counted as they are. */
  countEntries(ids: readonly string[]): Promise<void>;
  /** Lists a book anew that `change` describes, also where this process dies meanwhile. */
  described<T>(userId: string, bookId: string, change: () => Promise<T>): Promise<T>;
  /** Lists books anew of which it is not known that they are listed right. */
  relistDescribed(userId: string): Promise<void>;
}

const isUncounted = ({ state, mark, facets }: CountedEntry): boolean =>
  state === null ? facets !== null : mark === null || mark.state !== state;

/** A description that began so long ago is not under way any more. */
const DESCRIBED_WITHIN_MS = 60_000;

async function inBatches<T>(items: readonly T[], work: (some: readonly T[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) await work(items.slice(start, start + BATCH));
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
    async countEntries(ids) {
      const where = { _id: { $in: [...ids] } } as Filter<EntryDocument>;
      const found = await collections.entries.find<CountedDocument>(where, { projection: COUNTED }).toArray();
      const left = found.filter((document) => isUncounted(countedFrom(document)));
      for (const [userId, some] of groupBy(left, (one) => one.user_id ?? one.deleted_user_id ?? '')) {
        await inBatches(some, async (documents) => {
          const facets = documents.flatMap((document) => countedFrom(document).facets ?? []);
          const isDone = await countEntries(
            store,
            userId,
            documents.map(({ _id }) => _id),
            { facets },
          );
          if (!isDone) throw new Error('Too many count the same entries at once');
        });
      }
    },
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
