import type { SchemaClient } from '../../../platform/clients/schemas.ts';
import type { UserError } from '../../../platform/errors/errors.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { Live } from '../../../platform/events/live-cursor.ts';
import type { Caller, Viewer } from '../../../platform/identity/service/caller.ts';
import type { BackfillDependencies } from '../backfill/backfill.ts';
import type { Book, Chapter, ListedBook } from '../blobs/books/books.ts';
import type { BookDependencies } from '../blobs/books/change.ts';
import type { CreateBlobDependencies } from '../blobs/create/create-blob.ts';
import type { CreateBlobsDependencies } from '../blobs/create/create-blobs.ts';
import type { ReprocessDependencies } from '../blobs/processing/reprocess.ts';
import type { RetryDependencies } from '../blobs/processing/retry.ts';
import type { DeletionDependencies } from '../deletion/deletion.ts';
import type { DeleteUserDependencies, ErasedStore, ErasureReport } from '../deletion/erasure.ts';
import type { EntryPage } from '../entries/pagination.ts';
import type { Reprocessing, ReprocessingDependencies } from '../reprocessing/reprocessing.ts';
import type { ConversationSummary } from '../store/books.ts';
import type { AnyEntry, IndexEntry } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import type { IndexWalk } from '../store/walks.ts';
import type { StoredCheck, StoredCheckDependencies } from '../stored-check/stored-check.ts';
import type { Workloads } from '../workloads/workloads.ts';
import type { Loaders } from './loaders.ts';
import type { ContentDependencies, ShownProcessing } from './shown.ts';

/** The dependencies of resolvers and mutations. */
export type GraphDependencies = CreateBlobDependencies &
  CreateBlobsDependencies &
  BookDependencies &
  DeletionDependencies &
  DeleteUserDependencies &
  BackfillDependencies &
  ReprocessingDependencies &
  RetryDependencies &
  ReprocessDependencies &
  ContentDependencies &
  StoredCheckDependencies & {
    readonly store: StateStore;
    readonly eventLog: Pick<EventLog, 'head'>;
    readonly workloads: Workloads;
    readonly schemas: Pick<SchemaClient, 'upcast'>;
  };

/** The context of one request. */
export interface Context extends Live {
  readonly caller: Caller;
  /** The user on whose behalf `caller` asks. */
  readonly viewer: Viewer;
  readonly deps: GraphDependencies;
  readonly loaders: Loaders;
}

/** As much of an entry as its selection needs: see `details.ts`. */
export type BlobIndexModel = AnyEntry;
export type BlobIndexConnectionModel = EntryPage;
export type BlobIndexEdgeModel = AnyEntry;
export type BookModel = Book<AnyEntry> | ListedBook;
export type BookChapterModel = Chapter<AnyEntry>;
export type ConversationModel = ConversationSummary;

export interface CreateBlobPayloadModel {
  /** Null when there are errors. */
  readonly blob: AnyEntry | null;
  readonly userErrors: UserError[];
}

export interface CreateBlobsPayloadModel {
  /** In the order of the input; empty when the whole batch was refused. */
  readonly results: (CreateBlobPayloadModel & { readonly index: number })[];
  /** Why the whole batch was refused; those of single blobs are in `results`. */
  readonly userErrors: UserError[];
}

interface BookPayloadModel {
  /** Null when there are errors. */
  readonly book: Book | null;
  readonly userErrors: UserError[];
}

export type CreateBookPayloadModel = BookPayloadModel;
export type UpdateBookPayloadModel = BookPayloadModel;

export interface DeleteBookPayloadModel {
  /** Null when there are errors. */
  readonly bookId: string | null;
  readonly deletedIds: string[];
  readonly userErrors: UserError[];
}

export interface DeleteBlobPayloadModel {
  readonly deletedIds: string[];
  readonly staleIds: string[];
  readonly userErrors: UserError[];
}

export type RetryProcessingPayloadModel = CreateBlobPayloadModel;
export type CancelProcessingPayloadModel = CreateBlobPayloadModel;
export type ReprocessPayloadModel = CreateBlobPayloadModel;

/** A user; always the caller. */
export interface UserModel {
  readonly id: string;
}

/** The caller's state. Each field is read when it is requested. */
export type UserStateModel = UserModel;

export type UserErasureModel = ErasureReport;
export type ErasedStoreModel = ErasedStore;
/** A blob's runs, with what tells which more there might be; null where neither was read. */
export type ProcessingModel = ShownProcessing & {
  readonly entry: Pick<IndexEntry, 'processorId' | 'schemaId' | 'schemaVersion' | 'runs'> | null;
};

export type BackfillModel = IndexWalk;
export type ReprocessingModel = Reprocessing;
export type StoredBlobsCheckModel = StoredCheck;

/** A blob by its key; its owner resolves the rest. */
export interface BlobModel {
  readonly __typename: string;
  readonly id: string;
}

/** A user's own blob by its key. */
export interface UserBlobModel {
  readonly id: string;
}

/** A processor by its key; the registry resolves what else it is. */
export interface ProcessorModel {
  readonly id: string;
}

/** A processor's work, which is read when it is requested. */
export type ProcessorHealthModel = ProcessorModel;
