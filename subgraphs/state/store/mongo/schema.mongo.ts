import type { IndexDescription } from 'mongodb';
import type { StateCollections } from './documents/collections.mongo.ts';
import { LATER_INDEXES, SINGLE_INDEXES } from './lists/indexes.mongo.ts';

const waiting: IndexDescription = { key: { outbox_since: 1 }, sparse: true };

const entryIndexes: IndexDescription[] = [
  ...SINGLE_INDEXES,
  { key: { user_id: 1, updated_at: 1 } },
  {
    key: { user_id: 1, book_id: 1, chapter_num: 1, created_at: 1, _id: 1 },
    partialFilterExpression: { chapter_num: { $exists: true } },
  },
  {
    name: 'drafts_by_book',
    key: { user_id: 1, book_id: 1, created_at: 1 },
    partialFilterExpression: { chapter_num: { $exists: true } },
  },
  waiting,
  { key: { deletion_due_at: 1 }, sparse: true },
  {
    key: { deleted_user_id: 1, processor_id: 1, deleted_at: 1 },
    partialFilterExpression: { deleted_user_id: { $exists: true } },
  },
  { key: { user_id: 1, _id: 1 } },
];

/** Creates missing indexes; safe in several processes at once. */
export async function createIndexes(collections: StateCollections): Promise<void> {
  const { userBlobs, entries, books, erasures, summaries, relistings } = collections;
  await userBlobs.createIndexes([waiting, { key: { user_id: 1, created_at: 1 } }]);
  await entries.createIndexes(entryIndexes);
  // When there are entries, the upkeep builds them in the background.
  if ((await entries.findOne({}, { projection: { _id: 1 } })) === null)
    await entries.createIndexes([...LATER_INDEXES]);
  await books.createIndexes([{ key: { '_id.user_id': 1, created_at: 1, '_id.id': 1 } }, waiting]);
  await summaries.createIndexes([
    { key: { '_id.user_id': 1, '_id.kind': 1, generation: 1, listed_at: 1, '_id.key': 1 } },
    {
      key: { '_id.user_id': 1, generation: 1, book_id: 1, chapter_num: 1 },
      partialFilterExpression: { book_id: { $exists: true } },
    },
    { key: { '_id.kind': 1, complete: 1 } },
    { key: { pending_since: 1 }, sparse: true },
  ]);
  await relistings.createIndexes([{ key: { '_id.user_id': 1 } }]);
  await erasures.createIndexes([{ key: { due_at: 1 }, sparse: true }]);
}
