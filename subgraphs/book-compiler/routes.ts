import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import { BlobgraphError, InputErrors } from '../../platform/errors.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import { blobDocument, blobSummary, bookDocument } from './documents.ts';
import type { CompiledBookModel } from './models.ts';
import type { CompiledBookStore, PageRequest } from './store.ts';

/** Books of one batch come with their texts. */
const MAX_BATCH = 50;
const MAX_PAGE = 1_000;

const batchBody = z.object({ ids: z.array(z.string()).max(MAX_BATCH, `must have at most ${MAX_BATCH} ids`) });
const pageQuery = z.object({
  since: z.iso
    .datetime({ offset: true, error: 'must be an ISO 8601 time, e.g. 2026-01-31T12:00:00Z' })
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE, `must be at most ${MAX_PAGE}`).default(100),
  after: z.string().optional(),
});
const exportQuery = z.object({ format: z.enum(['markdown'], 'must be markdown').default('markdown') });
const cursorParts = z.tuple([z.iso.datetime(), z.string().refine((id) => isUuid(id))]);

/** @throws InputErrors VALIDATION_FAILED for each field that does not fit */
function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InputErrors(
    result.error.issues.map(({ path, message }) => {
      const field = path.join('.');
      return {
        field: field || null,
        code: 'VALIDATION_FAILED',
        message: `\`${field || 'body'}\`: ${message}`,
      };
    }),
  );
}

const encodeCursor = (book: CompiledBookModel): string =>
  Buffer.from(JSON.stringify([book.createdAt, book.id])).toString('base64url');

/** @throws BlobgraphError CURSOR_INVALID */
function decodeCursor(cursor: string): { createdAt: Date; id: string } {
  try {
    const [createdAt, id] = cursorParts.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { createdAt: new Date(createdAt), id };
  } catch {
    const message = '`after` must be the `next` of a page of this list. Leave it out for the first page.';
    throw new BlobgraphError('CURSOR_INVALID', message, { field: 'after' });
  }
}

function found<T>(value: T | null | undefined): T {
  if (value != null) return value;
  throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no compiled book of this id, or it is not yours.');
}

async function readBlobs(store: CompiledBookStore, userId: string, ids: readonly string[]) {
  const [books, texts] = await Promise.all([store.books(userId, ids), store.fullTexts(userId, ids)]);
  const byId = new Map(books.map((book) => [book.id, book]));
  return [...new Set(ids)].flatMap((id) => {
    const book = byId.get(id);
    return book ? [blobDocument(book, texts.get(id) ?? '')] : [];
  });
}

async function readBook(store: CompiledBookStore, userId: string, id: string) {
  const [[book], fullTexts, chapters, texts] = await Promise.all([
    store.books(userId, [id]),
    store.fullTexts(userId, [id]),
    store.chapters(userId, [id]),
    store.chapterTexts(userId, [id]),
  ]);
  return bookDocument(
    found(book),
    found(fullTexts.get(id)),
    chapters.get(id) ?? [],
    texts.get(id) ?? new Map(),
  );
}

async function readPage(store: CompiledBookStore, userId: string, query: z.infer<typeof pageQuery>) {
  const request: PageRequest = {
    limit: query.limit + 1,
    ...(query.since === undefined ? {} : { since: new Date(query.since) }),
    ...(query.after === undefined ? {} : { after: decodeCursor(query.after) }),
  };
  const books = await store.page(userId, request);
  const page = books.slice(0, query.limit);
  const last = page.at(-1);
  return {
    blobs: page.map(blobSummary),
    next: last && books.length > page.length ? encodeCursor(last) : null,
  };
}

/** A name that every file system takes, in any script. */
const fileName = ({ title, version }: CompiledBookModel): string => {
  const safe = title
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  return `${[...safe].slice(0, 60).join('').trim() || 'book'} (version ${version}).md`;
};

async function exportBook(
  store: CompiledBookStore,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
): Promise<unknown> {
  const { userId } = requireViewer(request.caller);
  parse(exportQuery, request.query);
  const { id } = request.params;
  const book = found((await store.books(userId, [id]))[0]);
  const etag = `"${book.contentHash}"`;
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (request.headers['if-none-match'] === etag) return reply.status(304).send();
  const text = found((await store.fullTexts(userId, [id])).get(id));
  const name = fileName(book);
  return reply
    .header('content-type', 'text/markdown; charset=utf-8')
    .header('content-disposition', contentDisposition(name, { fallback: name.replace(/[^ -~]+/g, '_') }))
    .send(text);
}

/** The book compiler's REST: what every processor has, books with their chapters, and exports. */
export function bookCompilerRoutes(app: FastifyInstance, { store }: { store: CompiledBookStore }): void {
  app.get<{ Params: { id: string } }>('/blobs/:id', async (request) => {
    const { userId } = requireViewer(request.caller);
    const [blob] = await readBlobs(store, userId, [request.params.id]);
    return { blob: found(blob) };
  });
  app.post('/blobs/batch', async (request) => {
    const { userId } = requireViewer(request.caller);
    const { ids } = parse(batchBody, request.body);
    return { blobs: await readBlobs(store, userId, ids) };
  });
  app.get<{ Params: { user_id: string } }>('/users/:user_id/blobs', async (request) => {
    const { userId } = requireViewer(request.caller);
    if (request.params.user_id !== userId) {
      throw new BlobgraphError('NOT_FOUND', 'There is no such user, or it is not you.');
    }
    return readPage(store, userId, parse(pageQuery, request.query));
  });
  app.get<{ Params: { id: string } }>('/books/:id', async (request) => {
    const { userId } = requireViewer(request.caller);
    return { book: await readBook(store, userId, request.params.id) };
  });
  app.get<{ Params: { id: string } }>('/books/:id/export', (request, reply) =>
    exportBook(store, request, reply),
  );
}
