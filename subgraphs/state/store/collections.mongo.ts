import type { Collection, Db, IndexDescription } from 'mongodb';
import type { RelistingDocument, SummaryDocument } from '../summary/counting/stored.mongo.ts';
import type {
  BackfillDocument,
  BookDocument,
  EntryDocument,
  ErasureDocument,
  ReemissionDocument,
  TombstoneDocument,
  UserBlobDocument,
} from './documents.mongo.ts';
import { PAIR_INDEXES, SINGLE_INDEXES } from './lists/indexes.mongo.ts';

export const USER_BLOBS = 'user_blobs';
export const BLOB_INDEX = 'blob_index';
export const BOOKS = 'books';
const REEMISSION = 'reemission';

/** The state database's collections. */
export interface StateCollections {
  /** For aggregations that start from no collection. */
  readonly database: Db;
  readonly userBlobs: Collection<UserBlobDocument>;
  readonly entries: Collection<EntryDocument>;
  /** Those among the entries' documents that are tombstones. */
  readonly tombstones: Collection<TombstoneDocument>;
  readonly books: Collection<BookDocument>;
  readonly erasures: Collection<ErasureDocument>;
  readonly reemissions: Collection<ReemissionDocument>;
  readonly backfills: Collection<BackfillDocument>;
  readonly summaries: Collection<SummaryDocument>;
  readonly relistings: Collection<RelistingDocument>;
  readonly handOuts: Collection<BackfillDocument>;
  readonly retirements: Collection<BackfillDocument>;
}

export const collectionsOf = (database: Db): StateCollections => ({
  database,
  userBlobs: database.collection<UserBlobDocument>(USER_BLOBS),
  entries: database.collection<EntryDocument>(BLOB_INDEX),
  tombstones: database.collection<TombstoneDocument>(BLOB_INDEX),
  books: database.collection<BookDocument>(BOOKS),
  erasures: database.collection<ErasureDocument>('erasures'),
  reemissions: database.collection<ReemissionDocument>(REEMISSION),
  backfills: database.collection<BackfillDocument>('backfills'),
  summaries: database.collection<SummaryDocument>('summaries'),
  relistings: database.collection<RelistingDocument>('relistings'),
  handOuts: database.collection<BackfillDocument>('hand_outs'),
  retirements: database.collection<BackfillDocument>('retirements'),
});

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

/** Makes what is missing; of several processes that do so at once, all succeed. */
export async function createIndexes(collections: StateCollections): Promise<void> {
  const { userBlobs, entries, books, erasures, summaries, relistings } = collections;
  await userBlobs.createIndexes([waiting, { key: { user_id: 1, created_at: 1 } }]);
  await entries.createIndexes(entryIndexes);
  // With entries there, they are made beside everything else: see `upkeep`.
  if ((await entries.findOne({}, { projection: { _id: 1 } })) === null)
    await entries.createIndexes([...PAIR_INDEXES]);
  await books.createIndexes([{ key: { '_id.user_id': 1, created_at: 1, '_id.id': 1 } }]);
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
