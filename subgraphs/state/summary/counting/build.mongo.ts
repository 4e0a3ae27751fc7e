import { groupBy } from '../../../../platform/group-by.ts';
import type { StateCollections } from '../../store/collections.mongo.ts';
import { countEntries, forgetSummaries, relist } from './count.ts';
import { createCountingStore } from './counting.mongo.ts';
import { USER } from './counting.ts';
import { type SummaryDocument, summaryId } from './stored.mongo.ts';

/** Entries, or books, that are taken at once. */
const STEP = 100;
/** What is pending for so long belongs to a process that died. */
const ABANDONED_MS = 60_000;

/** Builds summaries of entries that were there before, and ends what processes left that died. */
export interface SummaryBuilding {
  incomplete(limit: number): Promise<string[]>;
  /** @returns whether the user's summary is complete, with nothing left behind */
  advance(userId: string): Promise<boolean>;
  forget(userId: string): Promise<void>;
}

export function createSummaryBuilding(collections: StateCollections): SummaryBuilding {
  const { summaries, entries, books } = collections;
  const store = createCountingStore(collections);
  const own = (userId: string) => summaries.findOne({ _id: summaryId(userId, USER) });

  async function listAllBooks(userId: string): Promise<void> {
    const described = books.find({ '_id.user_id': userId }).project<{ _id: { id: string } }>({ _id: 1 });
    for await (const { _id } of described) await relist(store, userId, { kind: 'bookId', key: _id.id });
  }

  async function build(userId: string, { _id, generation, counted_to = '' }: SummaryDocument) {
    const next = await entries
      .find({ user_id: userId, _id: { $gt: counted_to } })
      .sort({ user_id: 1, _id: 1 })
      .limit(STEP)
      .project<{ _id: string }>({ _id: 1 })
      .toArray();
    const ids = next.map((entry) => entry._id);
    if (ids.length > 0 && !(await countEntries(store, userId, ids))) return false;
    const isLast = ids.length < STEP;
    if (isLast) {
      await listAllBooks(userId);
      await store.removeBefore(userId, generation);
    }
    const standing = { counted_to: ids.at(-1) ?? counted_to, ...(isLast ? { complete: true } : {}) };
    const { matchedCount } = await summaries.updateOne({ _id, generation }, { $set: standing });
    return isLast && matchedCount === 1;
  }

  /** Ends transitions that have been pending for long. */
  async function endAbandoned(userId: string, { seq, pending, pending_since }: SummaryDocument) {
    if (!pending_since || pending_since.getTime() > Date.now() - ABANDONED_MS) return;
    const ids = [...groupBy(Object.values(pending), ({ id }) => id).keys()];
    if (ids.length > 0) await countEntries(store, userId, ids);
    const idle = { _id: summaryId(userId, USER), seq, pending: {} };
    await summaries.updateOne(idle, { $unset: { pending_since: '' } });
  }

  return {
    async incomplete(limit) {
      const before = new Date(Date.now() - ABANDONED_MS);
      const [building, abandoned] = await Promise.all(
        [
          { '_id.kind': 'user' as const, complete: { $exists: false } },
          { '_id.kind': 'user' as const, pending_since: { $lt: before } },
        ].map((where) =>
          summaries
            .find(where as Parameters<typeof summaries.find>[0])
            .limit(limit)
            .project<{ _id: { user_id: string } }>({ _id: 1 })
            .toArray(),
        ),
      );
      const users = [...(building ?? []), ...(abandoned ?? [])].map(({ _id }) => _id.user_id);
      return [...new Set(users)].slice(0, limit);
    },
    async advance(userId) {
      const found = await own(userId);
      if (!found) await countEntries(store, userId, []);
      const user = found ?? (await own(userId));
      if (!user) return false;
      if (!user.complete) return build(userId, user);
      await endAbandoned(userId, user);
      return true;
    },
    async forget(userId) {
      if (!(await forgetSummaries(store, userId))) throw new Error('Too many count of the same user at once');
    },
  };
}
