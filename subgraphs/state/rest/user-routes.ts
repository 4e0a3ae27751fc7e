import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SchemaClient } from '../../../platform/clients/schemas.ts';
import { defined } from '../../../platform/collections/defined.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { parseInput } from '../../../platform/input/label.ts';
import { requireViewer } from '../../../platform/serving/access/authenticate.ts';
import { noBlob } from '../../../platform/serving/direct-reads/owners.ts';
import { type NewestDependencies, newestCompiled } from '../blobs/books/newest.ts';
import { type CreateBlobDependencies, createBlob } from '../blobs/create/create-blob.ts';
import { assertMayRead } from '../blobs/processing/reading.ts';
import { idsBody } from '../entries/input.ts';
import { entryCursor, pageAfter, pageSize, shownOf } from '../entries/pagination.ts';
import type { EntryFilter } from '../store/filter.ts';
import type { IndexEntry, UserBlobRecord } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { type BookJsonDependencies, bookJson, booksJson } from './book-json.ts';
import { entryJson } from './entry-json.ts';
import { isFrontDoor, requireUser } from './front-door.ts';

const createBody = z.object({
  type: z.string(),
  schema_id: z.string(),
  schema_version: z.string().nullish(),
  data: z.unknown(),
  title: z.string().nullish(),
  conversation_id: z.string().nullish(),
  idempotency_key: z.string().nullish(),
});

/** Fewer than blobs: a book may have many chapters. */
const bookIdsBody = z.object({ ids: z.array(z.string()).max(100, 'must have at most 100 ids') });

const indexQuery = z.object({
  first: z.coerce.number().int().optional(),
  after: z.string().optional(),
  book_id: z.string().optional(),
  conversation_id: z.string().optional(),
  type: z.string().optional(),
  processor_id: z.string().optional(),
});

const blobQuery = z.object({ schema_version: z.string().max(100).optional() });
const batchBody = idsBody.extend({ schema_version: z.string().max(100).optional() });

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

export interface UserRouteDependencies
  extends CreateBlobDependencies,
    NewestDependencies,
    BookJsonDependencies {
  readonly store: CreateBlobDependencies['store'] &
    NewestDependencies['store'] &
    BookJsonDependencies['store'] &
    Pick<StateStore, 'entries' | 'page'>;
  readonly processors: CreateBlobDependencies['processors'] & BookJsonDependencies['processors'];
  readonly schemas: CreateBlobDependencies['schemas'] & Pick<SchemaClient, 'upcast'>;
}

/** A blob read as a newer version of its schema. @throws BlobgraphError UPCAST_FAILED, SCHEMA_UNKNOWN */
async function readAs(
  { schemas }: UserRouteDependencies,
  blob: UserBlobRecord,
  version: string | undefined,
): Promise<UserBlobRecord> {
  if (version === undefined) return blob;
  return { ...blob, data: await schemas.upcast(blob, version), schemaVersion: version };
}

/**
 * The user's blobs in the order of `ids`, without missing ones.
 * @throws BlobgraphError FORBIDDEN to a processor that may not read one
 */
async function readBlobs(
  deps: UserRouteDependencies,
  { caller }: FastifyRequest,
  { ids, version }: { readonly ids: readonly string[]; readonly version?: string | undefined },
) {
  const { store } = deps;
  const { userId } = requireViewer(caller);
  const [blobs, entries] = await Promise.all([store.userBlobs(userId, ids), store.entries(userId, ids)]);
  if (!isFrontDoor(caller)) await assertMayRead(deps.processors, caller.service, entries);
  const blobOf = new Map(blobs.map((blob) => [blob.id, blob]));
  const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
  const found = ids.flatMap((id) => blobOf.get(id) ?? []);
  const read = await Promise.all(found.map((blob) => readAs(deps, blob, version)));
  return read.map((blob) => blobJson(blob, entryOf.get(blob.id)));
}

const withRuns = (entry: IndexEntry) => ({
  ...entryJson(entry),
  runs: entry.runs.map(({ processorId, updatedAt, ...run }) => ({
    ...run,
    processor_id: processorId,
    updated_at: updatedAt,
  })),
});

/** The user in the path, who must be the caller. @throws BlobgraphError NOT_FOUND, whether missing or forbidden */
function ownUser(request: FastifyRequest): string {
  const { userId } = requireViewer(request.caller);
  if ((request.params as { user_id: string }).user_id === userId) return userId;
  throw new BlobgraphError('NOT_FOUND', 'There is no such user, or it is not you.');
}

function blobRoutes(app: FastifyInstance, deps: UserRouteDependencies): void {
  app.post('/api/v1/blobs', async (request, reply) => {
    const { userId } = requireViewer(request.caller);
    const maker = isFrontDoor(request.caller) ? null : request.caller.service;
    const { schema_id, schema_version, conversation_id, idempotency_key, ...body } = parseInput(
      createBody,
      request.body,
    );
    const input = {
      ...defined(body),
      data: body.data,
      type: body.type,
      schemaId: schema_id,
      schemaVersion: schema_version ?? null,
      conversationId: conversation_id ?? null,
      idempotencyKey: idempotency_key ?? null,
    };
    const entry = await createBlob(deps, userId, input, maker);
    return reply.status(201).send({ blob: entryJson(entry) });
  });
  app.get<{ Params: { id: string } }>('/api/v1/blobs/:id', async (request) => {
    const { schema_version: version } = parseInput(blobQuery, request.query);
    const [blob] = await readBlobs(deps, request, { ids: [request.params.id], version });
    if (!blob) throw noBlob();
    return { blob };
  });
  app.post('/api/v1/blobs/batch', async (request) => {
    const { ids, schema_version: version } = parseInput(batchBody, request.body);
    return { blobs: await readBlobs(deps, request, { ids, version }) };
  });
}

function indexRoute(app: FastifyInstance, store: Pick<StateStore, 'page'>): void {
  app.get('/api/v1/users/:user_id/index', async (request) => {
    requireUser(request.caller);
    const userId = ownUser(request);
    const query = parseInput(indexQuery, request.query);
    const size = pageSize(query.first);
    const filter: EntryFilter = defined({
      bookId: query.book_id,
      conversationId: query.conversation_id,
      type: query.type,
      processorId: query.processor_id,
    });
    const page = { limit: size + 1, direction: 'DESC', ...pageAfter(query.after) } as const;
    const found = await store.page(userId, filter, page);
    const { entries, hasNextPage, end } = shownOf(found, size);
    return { entries: entries.map(withRuns), next: hasNextPage && end ? entryCursor(end) : null };
  });
}

function bookRoutes(app: FastifyInstance, deps: BookJsonDependencies & NewestDependencies): void {
  app.get<{ Params: { book_id: string } }>('/api/v1/users/:user_id/books/:book_id', async (request) => {
    ownUser(request);
    return { book: await bookJson(deps, request, request.params.book_id) };
  });
  app.get<{ Params: { book_id: string } }>(
    '/api/v1/users/:user_id/books/:book_id/compiled',
    async (request) => {
      const userId = ownUser(request);
      const compiled = await newestCompiled(deps, userId, request.params.book_id);
      if (compiled && !isFrontDoor(request.caller))
        await assertMayRead(deps.processors, request.caller.service, [compiled]);
      return {
        compiled: compiled && { id: compiled.id, title: compiled.title, schema_id: compiled.schemaId },
      };
    },
  );
  app.post('/api/v1/users/:user_id/books/batch', async (request) => {
    const { ids } = parseInput(bookIdsBody, request.body);
    ownUser(request);
    return { books: await booksJson(deps, request, ids) };
  });
}

/** REST for users through the gateway, and for processors on their behalf. */
export function userRoutes(app: FastifyInstance, deps: UserRouteDependencies): void {
  blobRoutes(app, deps);
  indexRoute(app, deps.store);
  bookRoutes(app, deps);
}
