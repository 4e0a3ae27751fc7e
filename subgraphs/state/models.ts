import type { Caller, Viewer } from '../../platform/identity/service-tokens.ts';
import type { Book, Chapter, ListedBook } from './books/books.ts';
import type { ErasedStore, ErasureReport } from './deletion/erasure.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, ListedEntry } from './documents.ts';
import type { Loaders } from './loaders.ts';
import type { EntryPage } from './pagination.ts';
import type { Backfill } from './store/backfills.ts';
import type { ConversationSummary } from './store/store.ts';

/** The resolvers' context, one a request. */
export interface Context {
  readonly caller: Caller;
  readonly viewer: Viewer;
  readonly deps: StateDependencies;
  readonly loaders: Loaders;
  /**
   * The log's head before anything of this request was read; asked for once. Changes that come after it are not
   * in what the request shows, or are told apart by their version.
   */
  readonly liveCursor: () => Promise<string>;
}

export type BlobIndexModel = IndexEntry | ListedEntry;
export type BlobIndexConnectionModel = EntryPage;
export type BlobIndexEdgeModel = IndexEntry;
export type BookModel = Book | ListedBook;
export type BookChapterModel = Chapter;
export type ConversationModel = ConversationSummary;

/** A user, of whom only the caller is ever shown. */
export interface UserModel {
  readonly id: string;
}

/** Marks the place of the caller's state: each of its fields is read only when asked for. */
export type UserStateModel = UserModel;

export type UserErasureModel = ErasureReport;
export type ErasedStoreModel = ErasedStore;
export type BackfillModel = Backfill;

/** A blob known by its key; its owner knows the rest. */
export interface BlobModel {
  readonly __typename: string;
  readonly id: string;
}

/** A user's own blob known by its key. */
export interface UserBlobModel {
  readonly id: string;
}
