import { groupBy } from '../../../../../platform/collections/group-by.ts';
import { type CountingStore, countEntries, forgetSummaries, relist } from '../counting/count.ts';
import { USER } from '../counting/counting.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import { type SummaryDocument, summaryId } from '../documents/summary-documents.mongo.ts';
import { createCountingStore } from './counting.mongo.ts';

/** Entries, or books, per step. */
const STEP = 100;
/** A transition that has been pending for this long belongs to a dead process. */
const ABANDONED_MS = 60_000;

/** Builds summaries of old entries, and ends transitions of dead processes. */
export interface SummaryBuilding {
  /** Users whose summary is not complete, or has transitions of dead processes. */
  incomplete(limit: number): Promise<string[]>;
  /** @returns whether the user's summary is complete, with nothing left behind */
  advance(userId: string): Promise<boolean>;
  /** @throws when other processes interfere each time */
  forget(userId: string): Promise<void>;
}

interface Counted {
  readonly collections: StateCollections;
  readonly store: CountingStore;
}

async function listAllBooks({ collections, store }: Counted, userId: string): Promise<void> {
  const described = collections.books
    .find({ '_id.user_id': userId })
    .project<{ _id: { id: string } }>({ _id: 1 });
  for await (const { _id } of described) await relist(store, userId, { kind: 'bookId', key: _id.id });
}

/** Counts the next entries; after the last ones, lists the books. Whether the summary is complete by it. */
async function build(counted: Counted, userId: string, user: SummaryDocument): Promise<boolean> {
  const { _id, generation, counted_to = '' } = user;
  const { collections, store } = counted;
  const next = await collections.entries
    .find({ user_id: userId, _id: { $gt: counted_to } })
    .sort({ user_id: 1, _id: 1 })
    .limit(STEP)
    .project<{ _id: string }>({ _id: 1 })
    .toArray();
  const ids = next.map((entry) => entry._id);
  if (ids.length > 0 && !(await countEntries(store, userId, ids))) return false;
  const isLast = ids.length < STEP;
  if (isLast) {
    await listAllBooks(counted, userId);
    await store.removeBefore(userId, generation);
  }
  const standing = { counted_to: ids.at(-1) ?? counted_to, ...(isLast ? { complete: true } : {}) };
  const { matchedCount } = await collections.summaries.updateOne({ _id, generation }, { $set: standing });
  return isLast && matchedCount === 1;
}

/** Ends transitions that have been pending for long. */
async function endAbandoned(
  { collections, store }: Counted,
  userId: string,
  { seq, pending, pending_since }: SummaryDocument,
): Promise<void> {
  if (!pending_since || pending_since.getTime() > Date.now() - ABANDONED_MS) return;
  const ids = [...groupBy(Object.values(pending), ({ id }) => id).keys()];
  if (ids.length > 0) await countEntries(store, userId, ids);
  const idle = { _id: summaryId(userId, USER), seq, pending: {} };
  await collections.summaries.updateOne(idle, { $unset: { pending_since: '' } });
}

async function incomplete({ summaries }: StateCollections, limit: number): Promise<string[]> {
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
}

export function createSummaryBuilding(collections: StateCollections): SummaryBuilding {
  const store = createCountingStore(collections);
  const counted = { collections, store };
  const own = (userId: string) => collections.summaries.findOne({ _id: summaryId(userId, USER) });
  return {
    incomplete: (limit) => incomplete(collections, limit),
    async advance(userId) {
      const found = await own(userId);
      if (!found) await countEntries(store, userId, []);
      const user = found ?? (await own(userId));
      if (!user) return false;
      if (!user.complete) return build(counted, userId, user);
      await endAbandoned(counted, userId, user);
      return true;
    },
    async forget(userId) {
      if (!(await forgetSummaries(store, userId))) throw new Error('Too many count of the same user at once');
    },
  };
}
