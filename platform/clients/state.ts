import { z } from 'zod';
import { type ProcessingState, processingStates } from '../events/events.ts';
import type { ServiceHttp } from './http.ts';

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

/** A book with, for each chapter, its newest draft and what became of expanding it. */
const bookSchema = z.object({
  id: z.string(),
  title: z.string(),
  chapters: z.array(
    z.object({
      chapter_num: z.number(),
      title: z.string(),
      draft_blob_id: z.string().nullable(),
      /** Finished results of event runs on that draft, by processor: `{ "text-expansion": "<blob id>" }`. */
      derived: z.record(z.string(), z.string()),
      /** State of every run on that draft, by processor. */
      runs: z.record(z.string(), z.enum(processingStates)),
    }),
  ),
});
export type BookDocument = z.infer<typeof bookSchema>;

/** What a processor tells the index of a blob that it made. */
export interface DerivedRegistration {
  readonly user_id: string;
  readonly processor_id: string;
  readonly storage_location: string;
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
  /** The content's text or its beginning; the index keeps the first 200 characters. */
  readonly preview: string;
  readonly size_bytes?: number;
  /** SHA-256 of the content, in hex: a second, different result under the same id is refused. */
  readonly content_hash: string;
}

/** What a processor tells of its run. Reports of an older attempt than the one recorded are dropped. */
export interface ProcessingReport {
  readonly blob_id: string;
  readonly processor_id: string;
  readonly state: Exclude<ProcessingState, 'STORED'>;
  readonly attempt: number;
  /** 0 to 1. */
  readonly progress?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** The state service, on behalf of a user. All reject with BlobgraphError. */
export interface StateClient {
  /** @throws BLOB_NOT_FOUND */
  blob(userId: string, id: string, signal?: AbortSignal): Promise<UserBlobDocument>;
  /** In the order of `ids`; those that are missing or not the user's are left out. At most 1,000. */
  blobs(userId: string, ids: readonly string[]): Promise<UserBlobDocument[]>;
  /** @throws BOOK_NOT_FOUND */
  book(userId: string, bookId: string): Promise<BookDocument>;
  /** Idempotent. @throws SOURCE_UNKNOWN, DERIVED_ID_MISMATCH, DERIVED_CONFLICT */
  register(registration: DerivedRegistration): Promise<void>;
  report(userId: string, report: ProcessingReport): Promise<void>;
}

export function createStateClient(http: ServiceHttp): StateClient {
  const as = (userId: string) => ({ viewer: { userId, roles: [] } });
  const user = (userId: string) => `/api/v1/users/${encodeURIComponent(userId)}`;
  return {
    async blob(userId, id, signal) {
      const path = `/api/v1/blobs/${encodeURIComponent(id)}`;
      const answer = await http.call('state', {
        method: 'GET',
        path,
        ...as(userId),
        ...(signal ? { signal } : {}),
        timeoutMs: 30_000,
      });
      return z.object({ blob: userBlobSchema }).parse(answer).blob;
    },
    async blobs(userId, ids) {
      const call = { method: 'POST', path: '/api/v1/blobs/batch', body: { ids }, ...as(userId) } as const;
      const answer = await http.call('state', { ...call, repeatable: true, timeoutMs: 30_000 });
      return z.object({ blobs: z.array(userBlobSchema) }).parse(answer).blobs;
    },
    async book(userId, bookId) {
      const path = `${user(userId)}/books/${encodeURIComponent(bookId)}`;
      const answer = await http.call('state', { method: 'GET', path, ...as(userId) });
      return z.object({ book: bookSchema }).parse(answer).book;
    },
    async register(registration) {
      const call = { method: 'POST', path: '/api/v1/blob-index', body: registration } as const;
      await http.call('state', { ...call, ...as(registration.user_id), repeatable: true });
    },
    async report(userId, report) {
      const call = { method: 'POST', path: '/api/v1/processing', body: report, repeatable: true } as const;
      await http.call('state', { ...call, ...as(userId) });
    },
  };
}
