import type { BlobEraser } from '../../platform/processing/eraser.ts';
import type { BlobInventory } from '../../platform/processing/inventory.ts';
import type { CompiledBookModel, CompiledChapterModel } from './models.ts';

/** A chapter to be stored with its book. */
export type NewChapter = Omit<CompiledChapterModel, 'compiledBookId'> & {
  readonly id: string;
  readonly text: string;
};

/** A book to be stored; its version is the store's to give. */
export type NewBook = Omit<CompiledBookModel, 'version' | 'chapterCount' | 'stale'> & {
  readonly fullText: string;
  /** SHA-256 of the request that asked for it, in hex. */
  readonly inputHash: string;
  readonly chapters: readonly NewChapter[];
  /** When the relay may register it, should whoever compiled it not come to that. */
  readonly registerFrom: Date;
};

/** A book that the index does not have yet. */
export interface PendingRegistration {
  readonly book: CompiledBookModel;
  /** The beginning of the full text: at least 200 characters, where it has as many. */
  readonly preview: string;
  /** Attempts that failed so far. */
  readonly attempts: number;
}

export interface StoredBook {
  readonly book: CompiledBookModel;
  readonly inputHash: string;
  /** Null once the index has it, or has refused it for good. */
  readonly pending: PendingRegistration | null;
}

/** A page in the order of {@link CompiledBookModel.createdAt}, then `id`. */
export interface PageRequest {
  /** Created at this time or later. */
  readonly since?: Date;
  /** After this entry. */
  readonly after?: { readonly createdAt: Date; readonly id: string };
  readonly limit: number;
}

/** Keeps compiled books. Every read that takes a user sees that user's books only; ids may be any text. */
export interface CompiledBookStore extends BlobInventory, Required<BlobEraser> {
  /** Makes or updates the tables. */
  prepare(): Promise<void>;
  /**
   * Stores the book and its chapters as the next version of the user's book, all or nothing; versions of one
   * book are 1, 2, 3, … however many are added at once. When there is a book of that id, it stays and is
   * answered.
   */
  add(book: NewBook): Promise<StoredBook>;
  find(userId: string, id: string): Promise<StoredBook | null>;
  /** In no given order; those that are missing are left out. */
  books(userId: string, ids: readonly string[]): Promise<CompiledBookModel[]>;
  /** Full texts by id. */
  fullTexts(userId: string, ids: readonly string[]): Promise<Map<string, string>>;
  /** Chapters in their order, by compiled book. */
  chapters(userId: string, ids: readonly string[]): Promise<Map<string, CompiledChapterModel[]>>;
  /** Texts by chapter number, by compiled book. */
  chapterTexts(userId: string, ids: readonly string[]): Promise<Map<string, Map<number, string>>>;
  page(userId: string, request: PageRequest): Promise<CompiledBookModel[]>;

  /**
   * Takes up to `limit` books that are due to be registered, the longest due first, and makes them due again
   * at `leaseUntil`: of several takers at once, each gets others.
   */
  takeRegistrations(request: { now: Date; leaseUntil: Date; limit: number }): Promise<PendingRegistration[]>;
  /** The index has it. */
  markRegistered(id: string, at: Date): Promise<void>;
  /** An attempt failed; the next is due at `dueAt`. */
  postponeRegistration(id: string, dueAt: Date): Promise<void>;
  /** The index refused it for good: it is set aside with the reason. */
  quarantineRegistration(id: string, reason: string): Promise<void>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
