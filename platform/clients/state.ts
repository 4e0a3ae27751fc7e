import { z } from 'zod';
import { type ProcessingState, processingStates } from '../events/events.ts';
import { type RoutedPath, routed } from '../ids/service-path.ts';
import type { TakenVersions } from '../json-schema/versions/range.ts';
import type { ServiceHttp } from './http/http.ts';

/** A user's blob as the state service's REST shows it. */
const userBlobSchema = z.object({
  id: z.string(),
  user_id: z.string(),
  schema_id: z.string(),
  schema_version: z.string(),
  type: z.string(),
  title: z.string(),
  data: z.unknown(),
  book_id: z.string().nullable(),
  conversation_id: z.string().nullable(),
  processing_state: z.enum(processingStates),
  created_at: z.string(),
});
export type UserBlobDocument = z.infer<typeof userBlobSchema>;

/** A book with the newest draft of each chapter and the state of its expansion. */
const bookSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** A BCP 47 tag: given, or that of its drafts; null where they do not tell. */
  language: z.string().nullable().default(null),
  subtitle: z.string().nullable().default(null),
  author: z.string().nullable().default(null),
  rights: z.string().nullable().default(null),
  /** The image on its cover, as its user named it: it may be gone. */
  cover_blob_id: z.string().nullable().default(null),
  chapters: z.array(
    z.object({
      /** The chapter's key. */
      chapter_num: z.number(),
      /** Its place in the book, from 1; absent in answers of before there was one. */
      position: z.number().optional(),
      /** False for front and back matter, such as a prologue. */
      numbered: z.boolean().default(true),
      title: z.string(),
      draft_blob_id: z.string().nullable(),
      /** The newest blob that a processor shown as `chapter.expanded` made of that draft. */
      expanded_blob_id: z.string().nullable(),
      /** State of that processor's run on the draft; null where it has none. */
      expansion_state: z.enum(processingStates).nullable(),
    }),
  ),
});
export type BookDocument = z.infer<typeof bookSchema>;

/** The newest compiled version of a book, as the index names it. */
const compiledSchema = z.object({ id: z.string(), title: z.string(), schema_id: z.string() });
export type CompiledVersion = z.infer<typeof compiledSchema>;

/** A source of a run as the index names it. */
const sourceSchema = z.object({
  id: z.string(),
  user_id: z.string(),
  /** The processor that keeps it; `state` for users' own. */
  owner: z.string(),
  /** Where its owner answers; null for users' own. */
  base_url: z.string().nullable(),
  schema_id: z.string(),
  schema_version: z.string(),
  type: z.string(),
  title: z.string(),
  size_bytes: z.number(),
  book_id: z.string().nullable(),
  conversation_id: z.string().nullable(),
  chapter_num: z.number().nullable(),
  created_at: z.string(),
  /** The document itself: of a user's own blob that is the only source of a run. */
  data: z.unknown().optional(),
});
export type SourceDocument = z.infer<typeof sourceSchema>;

const derivationSchema = z.object({
  id: z.string(),
  generation: z.number().int(),
  title: z.string(),
  created_at: z.string(),
  /** The source blob. */
  source: sourceSchema,
});
/** A blob of the processor's own, from the index, with the source that it can be made from again. */
export type Derivation = z.infer<typeof derivationSchema>;

/** A run that a processor begins. */
export interface RunBeginning {
  /** The blob that the run is on: the source, or, of on-demand work, the pending blob itself. */
  readonly blob_id: string;
  /** The caller's own; FORBIDDEN for another's. */
  readonly processor_id: string;
  /** From 1. */
  readonly attempt: number;
  /** Generation of the event that asks for the run. Default: the newest. */
  readonly generation?: number;
  /** The version that begins it: a run that is another version's is not begun. Default: the present one. */
  readonly processor_version?: string;
  /** Versions of schemas that this process takes: another version of the processor may have registered since. Default: as registered. */
  readonly takes_versions?: TakenVersions;
}

const begunSchema = z.object({
  /** Part of the derived id. */
  generation: z.number().int(),
  /** True when the run of this generation is completed: there is nothing to do. */
  done: z.boolean(),
  /** The blob itself, or the sources of a pending one, in order; those that were deleted are left out. None when done. */
  sources: z.array(sourceSchema),
});
export type BegunRun = z.infer<typeof begunSchema>;

/** The registration of a processor's blob in the index. */
export interface DerivedRegistration {
  /** The user on whose behalf the processor calls; FORBIDDEN for another. */
  readonly user_id: string;
  /** The caller's own; FORBIDDEN for another's. */
  readonly processor_id: string;
  /** The version that made it, a part of the derived id. Default: any version that was registered. */
  readonly processor_version?: string;
  /** The generation of its run, a part of the derived id. Default 0. */
  readonly generation?: number;
  /** True for what was asked for by a command: its id is that of its idempotency key, or a new one. Default: false. */
  readonly on_demand?: boolean;
  /** The store's name, for people: at most 200 UTF-16 units. */
  readonly storage_location: string;
  /** The blob's id: the derived one, unless a command asked for it. */
  readonly remote_blob_id: string;
  /** The first source. */
  readonly parent_id: string;
  /** Default: the parent alone. */
  readonly source_ids?: readonly string[];
  readonly schema_id: string;
  /** Default: `1.0.0`. */
  readonly schema_version?: string;
  /** Default: from the output schema. */
  readonly type?: string;
  /** Default: the parent's. */
  readonly title?: string;
  /** The content's text or its beginning; the index keeps the first 200 UTF-16 units. */
  readonly preview: string;
  /** Default: bytes of the preview in UTF-8. */
  readonly size_bytes?: number;
  /** SHA-256 of the content, in hex: a second, different result under the same id is refused. Absent: it is pending. */
  readonly content_hash?: string;
}

/** A finished run: what it made, and the run that is completed by it. */
export interface FinishedRun extends DerivedRegistration {
  /** The run; absent for on-demand work that was never pending. */
  readonly run?: { readonly blob_id: string; readonly attempt: number };
}

/** A processor's report on its run. Reports of an older attempt than the one recorded are dropped. */
export interface ProcessingReport {
  /** The blob that the run is on, as of {@link RunBeginning.blob_id}. */
  readonly blob_id: string;
  /** The caller's own; FORBIDDEN for another's. */
  readonly processor_id: string;
  readonly state: Exclude<ProcessingState, 'STORED'>;
  /** From 1. */
  readonly attempt: number;
  /** Default: the run's newest. Reports of an older generation are dropped. */
  readonly generation?: number;
  /** The run's product besides blobs, e.g. an export's format: a run of its own beside the others. */
  readonly artifact?: string;
  /** Its step now, in a word or two. */
  readonly stage?: string;
  /** 0 to 1. */
  readonly progress?: number;
  /** Why it failed; of the message, the first 1,000 UTF-16 units are kept. */
  readonly error?: { readonly code: string; readonly message: string };
  /** The version that reports; a run that was taken from it is CANCELLED to it. Default: the present one. */
  readonly processor_version?: string;
}

/** A user's blob that a processor makes for them, since it keeps what the blob stands for. */
export interface KeptBlob {
  readonly type: string;
  /** One whose blobs the processor keeps (`x-kept-by`). */
  readonly schema_id: string;
  readonly data: object;
  readonly title: string;
  /** Default: none. */
  readonly conversation_id?: string | null;
  /** The same one gives the same blob. */
  readonly idempotency_key: string;
}

/** The state service, on behalf of a user. All reject with BlobgraphError. */
export interface StateClient {
  /** In the order of `ids`; those that are missing or not the user's are left out. At most 1,000. */
  blobs(userId: string, ids: readonly string[]): Promise<UserBlobDocument[]>;
  /**
   * Stores a user's blob, or finds it. @returns its id
   * @throws FORBIDDEN: its schema is not kept by the processor; BLOB_DELETED, USER_ERASING, IDEMPOTENCY_CONFLICT, OVERLOADED;
   *   InputErrors
   */
  keep(userId: string, blob: KeptBlob): Promise<string>;
  /** @throws BOOK_NOT_FOUND */
  book(userId: string, bookId: string): Promise<BookDocument>;
  /** In no given order; those that are missing or not the user's are left out. At most 100. */
  books(userId: string, bookIds: readonly string[]): Promise<BookDocument[]>;
  /** The newest compiled version of a book; null where it has none. @throws BOOK_NOT_FOUND */
  compiled(userId: string, bookId: string): Promise<CompiledVersion | null>;
  /**
   * The user's blobs as sources, without their documents, in the order of `ids`; those that are missing are left out. At
   * most 1,000. @throws FORBIDDEN: as of {@link begin}
   */
  sources(userId: string, ids: readonly string[]): Promise<SourceDocument[]>;
  /**
   * Sources of the processor's own blobs that an event asked for, in the order of `ids`; those that are missing,
   * or whose source is gone, are left out. At most 1,000.
   */
  derivations(userId: string, ids: readonly string[]): Promise<Derivation[]>;
  /**
   * Reports PROCESSING and answers what the run works on. Of an older generation nothing is reported. Safe to do again.
   * @throws BLOB_NOT_FOUND: the blob was deleted; CONTENT_MISSING: a user's blob has lost its document;
   *   FORBIDDEN: the processor is not registered as one that takes or reads its schema;
   *   SCHEMA_VERSION_NOT_TAKEN, UPCAST_FAILED: its document cannot be handed over as the process takes it;
   *   VALIDATION_FAILED: another's blob that is still pending; PROCESSOR_PAUSED, PROCESSOR_RETIRED
   */
  begin(userId: string, run: RunBeginning): Promise<BegunRun>;
  /** Registers what a run made, and completes the run. Idempotent. A run whose blob is gone is none. @throws like {@link register} */
  finish(finished: FinishedRun): Promise<void>;
  /** Enters a blob without a run, or a pending one. Idempotent. @throws SOURCE_UNKNOWN, PROCESSOR_UNKNOWN, DERIVED_ID_MISMATCH, DERIVED_CONFLICT, SCHEMA_UNKNOWN, VALIDATION_FAILED, FORBIDDEN, BLOB_DELETED, USER_ERASING, CANCELLED, PROCESSOR_RETIRED */
  register(registration: DerivedRegistration): Promise<void>;
  /** @throws CANCELLED, PROCESSOR_RETIRED: nobody wants the run's result; PROCESSOR_PAUSED */
  report(userId: string, report: ProcessingReport): Promise<void>;
  /**
   * A processor tells that the log has lost events to it: its open runs are handed out to it anew, behind live work. Safe
   * to do again. @throws PROCESSOR_RETIRED
   */
  handOut(processorId: string): Promise<void>;
}

const BLOBS_TIMEOUT_MS = 30_000;

export function createStateClient(http: ServiceHttp): StateClient {
  /** A request that may be made again, on behalf of the user. Null: on the service's own. */
  const post = (userId: string | null, path: RoutedPath | string, body: object, timeoutMs?: number) =>
    http.call('state', {
      method: 'POST',
      path,
      body,
      viewer: userId === null ? null : { userId, roles: [] },
      repeatable: true,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  const get = (userId: string, path: RoutedPath) =>
    http.call('state', { method: 'GET', path, viewer: { userId, roles: [] } });
  return {
    async keep(userId, blob) {
      const answer = await post(userId, '/api/v1/blobs', blob);
      return z.object({ blob: z.object({ id: z.string() }) }).parse(answer).blob.id;
    },
    async blobs(userId, ids) {
      const answer = await post(userId, '/api/v1/blobs/batch', { ids }, BLOBS_TIMEOUT_MS);
      return z.object({ blobs: z.array(userBlobSchema) }).parse(answer).blobs;
    },
    async book(userId, bookId) {
      const answer = await get(userId, routed`/api/v1/users/${userId}/books/${bookId}`);
      return z.object({ book: bookSchema }).parse(answer).book;
    },
    async books(userId, ids) {
      const answer = await post(userId, routed`/api/v1/users/${userId}/books/batch`, { ids });
      return z.object({ books: z.array(bookSchema) }).parse(answer).books;
    },
    async compiled(userId, bookId) {
      const answer = await get(userId, routed`/api/v1/users/${userId}/books/${bookId}/compiled`);
      return z.object({ compiled: compiledSchema.nullable() }).parse(answer).compiled;
    },
    async sources(userId, ids) {
      const answer = await post(userId, '/api/v1/sources', { ids });
      return z.object({ sources: z.array(sourceSchema) }).parse(answer).sources;
    },
    async derivations(userId, ids) {
      const answer = await post(userId, '/api/v1/derivations', { ids });
      return z.object({ derivations: z.array(derivationSchema) }).parse(answer).derivations;
    },
    begin: async (userId, run) =>
      begunSchema.parse(await post(userId, '/api/v1/runs/begin', run, BLOBS_TIMEOUT_MS)),
    async finish(finished) {
      await post(finished.user_id, '/api/v1/runs/finish', finished);
    },
    async register(registration) {
      await post(registration.user_id, '/api/v1/blob-index', registration);
    },
    async report(userId, report) {
      await post(userId, '/api/v1/processing', report);
    },
    async handOut(processor_id) {
      await post(null, '/api/v1/runs/hand-out', { processor_id });
    },
  };
}
