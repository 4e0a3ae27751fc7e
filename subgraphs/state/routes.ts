import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BlobgraphError } from '../../platform/errors.ts';
import { processingStates } from '../../platform/events/events.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import { readBooks } from './books.ts';
import { beginning } from './content.ts';
import { createBlob } from './create-blob.ts';
import { deleteBlob } from './deletion/deletion.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, UserBlobRecord } from './documents.ts';
import { checkInput, label } from './input.ts';
import { entryCursor, pageAfter, pageSize } from './pagination.ts';
import { reportProcessing } from './processing.ts';
import { registerDerived } from './register.ts';
import type { EntryFilter } from './store/store.ts';

const MAX_BATCH = 1_000;

const createBody = z.object({
  type: z.string(),
  schema_id: z.string(),
  data: z.unknown(),
  title: z.string().nullish(),
  conversation_id: z.string().nullish(),
  idempotency_key: z.string().nullish(),
});

const MAX_SOURCES = 10_000;
/** So that the entry's events, which name them all, fit the log: 10,000 ids of 36 characters do. */
const MAX_SOURCES_BYTES = 400_000;

const registrationBody = z.object({
  user_id: z.string(),
  processor_id: label(128),
  storage_location: label(200),
  remote_blob_id: label(128),
  parent_id: label(128),
  source_ids: z
    .array(label(128))
    .max(MAX_SOURCES, `must have at most ${MAX_SOURCES} ids`)
    .refine(
      (ids) => Buffer.byteLength(JSON.stringify(ids)) <= MAX_SOURCES_BYTES,
      `must take at most ${MAX_SOURCES_BYTES} bytes as JSON`,
    )
    .optional(),
  schema_id: label(128),
  schema_version: label(64).optional(),
  type: label(64).optional(),
  title: label(500).optional(),
  preview: z
    .string()
    .refine(
      (text) => text.isWellFormed() && !text.includes('\0'),
      'must hold neither NUL nor half of a surrogate pair',
    ),
  size_bytes: z.int().min(0).optional(),
  content_hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'),
});

const MAX_REASON = 1_000;
/** The largest number that GraphQL's `Int` holds. */
const MAX_ATTEMPT = 2 ** 31 - 1;

/** A reason as it can be stored: that a run failed must be told, whatever the words hold. */
const reason = z
  .string()
  .transform((text) => beginning(text.replaceAll('\0', '').toWellFormed(), MAX_REASON));

const reportBody = z.object({
  blob_id: label(128),
  processor_id: label(128),
  state: z.enum(processingStates).exclude(['STORED']),
  attempt: z.int().min(1).max(MAX_ATTEMPT),
  progress: z.number().min(0).max(1).optional(),
  error: z.object({ code: label(64), message: reason }).optional(),
});

const batchBody = z.object({ ids: z.array(z.string()).max(MAX_BATCH, `must have at most ${MAX_BATCH} ids`) });

const deleteQuery = z.object({
  cascade: z.enum(['true', 'false'], 'must be `true` or `false`').optional(),
});

const indexQuery = z.object({
  first: z.coerce.number().int().optional(),
  after: z.string().optional(),
  book_id: z.string().optional(),
  conversation_id: z.string().optional(),
  type: z.string().optional(),
  processor_id: z.string().optional(),
});

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  checkInput(schema, input);
  return schema.parse(input);
}

/** What is not there, or not set, is left out. */
const given = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

const entryJson = (entry: IndexEntry) => ({
  id: entry.id,
  user_id: entry.userId,
  version: entry.version,
  processor_id: entry.processorId,
  storage_location: entry.storageLocation,
  remote_blob_id: entry.id,
  schema_id: entry.schemaId,
  schema_version: entry.schemaVersion,
  parent_id: entry.sourceIds[0] ?? null,
  source_ids: entry.sourceIds,
  type: entry.type,
  title: entry.title,
  preview: entry.preview,
  size_bytes: entry.sizeBytes,
  book_id: entry.bookId,
  conversation_id: entry.conversationId,
  state: entry.state,
  content_missing_since: entry.contentMissingSince,
  created_at: entry.createdAt,
  updated_at: entry.updatedAt,
});

const blobJson = (blob: UserBlobRecord, entry: IndexEntry | undefined) => ({
  id: blob.id,
  user_id: blob.userId,
  schema_id: blob.schemaId,
  schema_version: blob.schemaVersion,
  type: blob.type,
  title: blob.title,
  data: blob.data,
  book_id: blob.bookId,
  conversation_id: blob.conversationId,
  processing_state: entry?.state ?? (blob.expectedProcessorIds.length > 0 ? 'PENDING' : 'STORED'),
  created_at: blob.createdAt,
});

/** Blobs in the order of `ids`; those that are missing or another user's are left out. */
async function readBlobs({ store }: StateDependencies, userId: string, ids: readonly string[]) {
  const [blobs, entries] = await Promise.all([store.userBlobs(userId, ids), store.entries(userId, ids)]);
  const blobOf = new Map(blobs.map((blob) => [blob.id, blob]));
  const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
  return ids.flatMap((id) => {
    const blob = blobOf.get(id);
    return blob ? [blobJson(blob, entryOf.get(id))] : [];
  });
}

/** A book with each chapter's newest draft and what became of it: four queries, however many chapters. */
async function bookJson(deps: StateDependencies, userId: string, bookId: string) {
  const [book] = await readBooks(deps, userId, [bookId]);
  if (!book) throw new BlobgraphError('BOOK_NOT_FOUND', 'You have no book of this id.', { field: 'bookId' });
  const drafts = book.chapters.flatMap((chapter) => chapter.draft?.id ?? []);
  const derived = await deps.store.derived(userId, drafts, { limit: 100 });
  return {
    id: book.id,
    title: book.title,
    chapters: book.chapters.map(({ chapterNum, title, draft }) => {
      const results = (draft && derived.get(draft.id)) ?? [];
      // Newest first, so the last one written to each key must be the newest.
      const byProcessor = results.toReversed().map((entry) => [entry.processorId, entry.id]);
      return {
        chapter_num: chapterNum,
        title,
        draft_blob_id: draft?.id ?? null,
        derived: Object.fromEntries(byProcessor),
        runs: Object.fromEntries(draft?.runs.map((run) => [run.processorId, run.state]) ?? []),
      };
    }),
  };
}

/** The user that a path names, who must be the caller. @throws BlobgraphError NOT_FOUND: missing and forbidden look the same */
function ownUser(request: FastifyRequest): string {
  const { userId } = requireViewer(request.caller);
  if ((request.params as { user_id: string }).user_id === userId) return userId;
  throw new BlobgraphError('NOT_FOUND', 'There is no such user, or it is not you.');
}

/** @throws BlobgraphError FORBIDDEN when a service speaks for another processor or another user */
function assertSpeaksFor(request: FastifyRequest, processorId: string, userId?: string): string {
  const viewer = requireViewer(request.caller);
  if (request.caller.service !== processorId) {
    throw new BlobgraphError('FORBIDDEN', 'A processor may speak for itself alone.', {
      field: 'processor_id',
    });
  }
  if (userId !== undefined && userId !== viewer.userId) {
    throw new BlobgraphError('FORBIDDEN', 'The user must be the one on whose behalf the call is made.', {
      field: 'user_id',
    });
  }
  return viewer.userId;
}

function userRoutes(app: FastifyInstance, deps: StateDependencies): void {
  app.post('/api/v1/blobs', async (request, reply) => {
    const { userId } = requireViewer(request.caller);
    const { schema_id, conversation_id, idempotency_key, ...body } = parse(createBody, request.body);
    const entry = await createBlob(deps, userId, {
      ...given(body),
      data: body.data,
      type: body.type,
      schemaId: schema_id,
      conversationId: conversation_id ?? null,
      idempotencyKey: idempotency_key ?? null,
    });
    return reply.status(201).send({ blob: entryJson(entry) });
  });
  app.get<{ Params: { id: string } }>('/api/v1/blobs/:id', async (request) => {
    const { userId } = requireViewer(request.caller);
    const [blob] = await readBlobs(deps, userId, [request.params.id]);
    if (!blob) throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');
    return { blob };
  });
  app.delete<{ Params: { id: string } }>('/api/v1/blobs/:id', async (request) => {
    const { userId } = requireViewer(request.caller);
    const { cascade } = parse(deleteQuery, request.query);
    const { deletedIds, staleIds } = await deleteBlob(deps, userId, request.params.id, cascade === 'true');
    return { deleted_ids: deletedIds, stale_ids: staleIds };
  });
  app.post('/api/v1/blobs/batch', async (request) => {
    const { userId } = requireViewer(request.caller);
    const { ids } = parse(batchBody, request.body);
    return { blobs: await readBlobs(deps, userId, ids) };
  });
  app.get('/api/v1/users/:user_id/index', async (request) => {
    const userId = ownUser(request);
    const query = parse(indexQuery, request.query);
    const size = pageSize(query.first);
    const filter: EntryFilter = given({
      bookId: query.book_id,
      conversationId: query.conversation_id,
      type: query.type,
      processorId: query.processor_id,
    });
    const page = { limit: size + 1, direction: 'DESC', ...pageAfter(query.after) } as const;
    const found = await deps.store.page(userId, filter, page);
    const entries = found.slice(0, size);
    const last = entries.at(-1);
    const end = last && found.length > size ? entryCursor(last) : null;
    return { entries: entries.map(entryJson), next: end };
  });
  app.get<{ Params: { book_id: string } }>('/api/v1/users/:user_id/books/:book_id', async (request) => ({
    book: await bookJson(deps, ownUser(request), request.params.book_id),
  }));
}

function processorRoutes(app: FastifyInstance, deps: StateDependencies): void {
  app.post('/api/v1/blob-index', async (request, reply) => {
    const registration = parse(registrationBody, request.body);
    assertSpeaksFor(request, registration.processor_id, registration.user_id);
    const { entry, created } = await registerDerived(deps, given(registration));
    return reply.status(created ? 201 : 200).send({ entry: entryJson(entry) });
  });
  app.post('/api/v1/processing', async (request) => {
    const report = parse(reportBody, request.body);
    const userId = assertSpeaksFor(request, report.processor_id);
    return { entry: entryJson(await reportProcessing(deps, userId, given(report))) };
  });
}

/** The state subgraph's REST: for users through the gateway, for processors directly. */
export function stateRoutes(app: FastifyInstance, deps: StateDependencies): void {
  userRoutes(app, deps);
  processorRoutes(app, deps);
}
