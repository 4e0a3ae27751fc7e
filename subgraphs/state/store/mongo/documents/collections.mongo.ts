import type { Collection, Db } from 'mongodb';
import type { BookDocument } from './book-documents.mongo.ts';
import type { EntryDocument, TombstoneDocument, UserBlobDocument } from './entry-documents.mongo.ts';
import type {
  ErasureDocument,
  ReemissionDocument,
  UpkeepDocument,
  WalkDocument,
} from './progress-documents.mongo.ts';
import type { RelistingDocument, SummaryDocument } from './summary-documents.mongo.ts';

const USER_BLOBS = 'user_blobs';
export const BLOB_INDEX = 'blob_index';
const BOOKS = 'books';
const REEMISSION = 'reemission';

/** The collections of the state database. */
export interface StateCollections {
  /** For aggregations without a collection. */
  readonly database: Db;
  readonly userBlobs: Collection<UserBlobDocument>;
  /** Shares its collection with the tombstones, which have no `user_id`. */
  readonly entries: Collection<EntryDocument>;
  /** The tombstones in the collection of entries. */
  readonly tombstones: Collection<TombstoneDocument>;
  readonly books: Collection<BookDocument>;
  readonly erasures: Collection<ErasureDocument>;
  readonly reemissions: Collection<ReemissionDocument>;
  readonly backfills: Collection<WalkDocument>;
  readonly summaries: Collection<SummaryDocument>;
  readonly relistings: Collection<RelistingDocument>;
  readonly handOuts: Collection<WalkDocument>;
  readonly retirements: Collection<WalkDocument>;
  readonly canaryEnds: Collection<WalkDocument>;
  readonly reprocessings: Collection<WalkDocument>;
  readonly storedChecks: Collection<WalkDocument>;
  /** Finished migrations of all entries. */
  readonly upkeep: Collection<UpkeepDocument>;
}

export const collectionsOf = (database: Db): StateCollections => ({
  database,
  userBlobs: database.collection<UserBlobDocument>(USER_BLOBS),
  entries: database.collection<EntryDocument>(BLOB_INDEX),
  tombstones: database.collection<TombstoneDocument>(BLOB_INDEX),
  books: database.collection<BookDocument>(BOOKS),
  erasures: database.collection<ErasureDocument>('erasures'),
  reemissions: database.collection<ReemissionDocument>(REEMISSION),
  backfills: database.collection<WalkDocument>('backfills'),
  summaries: database.collection<SummaryDocument>('summaries'),
  relistings: database.collection<RelistingDocument>('relistings'),
  handOuts: database.collection<WalkDocument>('hand_outs'),
  retirements: database.collection<WalkDocument>('retirements'),
  canaryEnds: database.collection<WalkDocument>('canary_ends'),
  reprocessings: database.collection<WalkDocument>('reprocessings'),
  storedChecks: database.collection<WalkDocument>('stored_checks'),
  upkeep: database.collection<UpkeepDocument>('upkeep'),
});
