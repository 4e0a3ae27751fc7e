import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BlobgraphError } from '../../platform/errors.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import { type Book, languageOf, readBooks } from './books/books.ts';
import { MAX_RESULTS, newestByProcessor, newestCompiled, newestResult, shownAs } from './books/newest.ts';
import { createBlob } from './create-blob.ts';
import { deleteBlob } from './deletion/deletion.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, UserBlobRecord } from './documents.ts';
import { entryJson } from './entry-json.ts';
import { isFrontDoor, requireUser } from './front-door.ts';
import { given, idsBody, parse } from './input.ts';
import { entryCursor, pageAfter, pageSize, shownOf } from './pagination.ts';
import { assertMayRead } from './runs/reading.ts';
import { processorRoutes } from './runs/routes.ts';
import { blobRun } from './runs/runs.ts';
import type { EntryFilter } from './store/store.ts';

const createBody = z.object({
  type: z.string(),
  schema_id: z.string(),
  schema_version: z.string().nullish(),
  data: z.unknown(),
  title: z.string().nullish(),
  conversation_id: z.string().nullish(),
  idempotency_key: z.string().nullish(),
});

/** Books at once: each may have many chapters. */
const bookIdsBody = z.object({ ids: z.array(z.string()).max(100, 'must have at most 100 ids') });

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

/**
 * Blobs in the order of `ids`; those that are missing or another user's are left out.
 * @throws BlobgraphError FORBIDDEN to a processor for what it may not read
 */
async function readBlobs(deps: StateDependencies, { caller }: FastifyRequest, ids: readonly string[]) {
  const { store } = deps;
  const { userId } = requireViewer(caller);
  const [blobs, entries] = await Promise.all([store.userBlobs(userId, ids), store.entries(userId, ids)]);
  if (!isFrontDoor(caller)) await assertMayRead(deps, caller.service, entries);
  const blobOf = new Map(blobs.map((blob) => [blob.id, blob]));
  const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
  return ids.flatMap((id) => {
    const blob = blobOf.get(id);
    return blob ? [blobJson(blob, entryOf.get(id))] : [];
  });
}

/** The expansion of a chapter's newest draft. */
function expansionOf(draft: IndexEntry | null, results: readonly IndexEntry[], expanders: readonly string[]) {
  const expanded = newestResult(results.filter(({ processorId }) => expanders.includes(processorId)));
  const runs = expanders.flatMap((id) => blobRun(draft?.runs ?? [], id) ?? []);
  const run = runs.find(({ processorId }) => processorId === expanded?.processorId) ?? runs[0];
  return { expanded_blob_id: expanded?.id ?? null, expansion_state: run?.state ?? null };
}

/**
 * Books with each chapter's newest draft and what became of it: four queries, however many books and chapters.
 * @throws BlobgraphError FORBIDDEN to a processor that reads no drafts
 */
async function booksJson(deps: StateDependencies, { caller }: FastifyRequest, bookIds: readonly string[]) {
  const { userId } = requireViewer(caller);
  const books = await readBooks(deps, userId, bookIds);
  if (!isFrontDoor(caller)) {
    const newest = books.flatMap(({ chapters }) => chapters.flatMap(({ draft }) => draft ?? []));
    await assertMayRead(deps, caller.service, newest);
  }
  const drafts = books.flatMap(({ chapters }) => chapters.flatMap((chapter) => chapter.draft?.id ?? []));
  const derived = await deps.store.derived(userId, drafts, { limit: MAX_RESULTS });
  const expanders = await shownAs(deps, 'chapter.expanded');
  return books.map((book) => ({
    id: book.id,
    title: book.title,
    language: languageOf(book),
    subtitle: book.front.subtitle,
    author: book.front.author,
    rights: book.front.rights,
    cover_blob_id: book.front.coverBlobId,
    chapters: book.chapters.map((chapter) => chapterJson(chapter, derived, expanders)),
  }));
}

function chapterJson(
  { chapterNum, position, numbered, title, draft }: Book['chapters'][number],
  derived: ReadonlyMap<string, IndexEntry[]>,
  expanders: readonly string[],
) {
  const results = (draft && derived.get(draft.id)) ?? [];
  const newest = [...newestByProcessor(results)];
  const blobRuns = draft?.runs.filter(({ artifact }) => artifact === null) ?? [];
  return {
    chapter_num: chapterNum,
    position,
    numbered,
    title,
    draft_blob_id: draft?.id ?? null,
    ...expansionOf(draft, results, expanders),
    // For processors of the release before.
    derived: Object.fromEntries(newest.map(([processorId, { id }]) => [processorId, id])),
    runs: Object.fromEntries(blobRuns.map((run) => [run.processorId, run.state])),
  };
}

async function bookJson(deps: StateDependencies, request: FastifyRequest, bookId: string) {
  const [book] = await booksJson(deps, request, [bookId]);
  if (!book) throw new BlobgraphError('BOOK_NOT_FOUND', 'You have no book of this id.', { field: 'bookId' });
  return book;
}

/** The user that a path names, who must be the caller. @throws BlobgraphError NOT_FOUND: missing and forbidden look the same */
function ownUser(request: FastifyRequest): string {
  const { userId } = requireViewer(request.caller);
  if ((request.params as { user_id: string }).user_id === userId) return userId;
  throw new BlobgraphError('NOT_FOUND', 'There is no such user, or it is not you.');
}

function userRoutes(app: FastifyInstance, deps: StateDependencies): void {
  app.post('/api/v1/blobs', async (request, reply) => {
    const { userId } = requireViewer(request.caller);
    const maker = isFrontDoor(request.caller) ? null : request.caller.service;
    const { schema_id, schema_version, conversation_id, idempotency_key, ...body } = parse(
      createBody,
      request.body,
    );
    const input = {
      ...given(body),
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
    const [blob] = await readBlobs(deps, request, [request.params.id]);
    if (!blob) throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');
    return { blob };
  });
  app.delete<{ Params: { id: string } }>('/api/v1/blobs/:id', async (request) => {
    const { userId } = requireUser(request.caller);
    const { cascade } = parse(deleteQuery, request.query);
    const { deletedIds, staleIds } = await deleteBlob(deps, userId, request.params.id, cascade === 'true');
    return { deleted_ids: deletedIds, stale_ids: staleIds };
  });
  app.post('/api/v1/blobs/batch', async (request) => {
    const { ids } = parse(idsBody, request.body);
    return { blobs: await readBlobs(deps, request, ids) };
  });
  app.get('/api/v1/users/:user_id/index', async (request) => {
    requireUser(request.caller);
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
    const { entries, hasNextPage, end } = shownOf(found, size);
    return { entries: entries.map(entryJson), next: hasNextPage && end ? entryCursor(end) : null };
  });
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
        await assertMayRead(deps, request.caller.service, [compiled]);
      return {
        compiled: compiled && { id: compiled.id, title: compiled.title, schema_id: compiled.schemaId },
      };
    },
  );
  app.post('/api/v1/users/:user_id/books/batch', async (request) => {
    const { ids } = parse(bookIdsBody, request.body);
    ownUser(request);
    return { books: await booksJson(deps, request, ids) };
  });
}

/** The state subgraph's REST: for users through the gateway, for processors directly. */
export function stateRoutes(app: FastifyInstance, deps: StateDependencies): void {
  userRoutes(app, deps);
  processorRoutes(app, deps);
}
