import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { validate as isUuid } from 'uuid';
import { BlobgraphError } from '../../platform/errors.ts';
import { type BlobReader, blobRoutes } from '../../platform/processing/blob-routes.ts';
import { eraserRoutes } from '../../platform/processing/eraser-routes.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import { blobDocument, blobSummary, bookDocument } from './documents.ts';
import type { CompiledBookModel } from './models.ts';
import { PROCESSOR_ID } from './names.ts';
import type { CompiledBookStore } from './store.ts';

/** Books of one batch come with their texts. */
const MAX_BATCH = 50;

/** In lists, books come without their texts. */
type Blob = CompiledBookModel & { readonly fullText?: string };

function found<T>(value: T | null | undefined): T {
  if (value != null) return value;
  throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no compiled book of this id, or it is not yours.');
}

const refuse = (field: string, message: string) =>
  new BlobgraphError('VALIDATION_FAILED', message, { field });

const blobReader = (store: CompiledBookStore): BlobReader<Blob> => ({
  async byIds(userId, ids) {
    if (ids.length > MAX_BATCH) throw refuse('ids', `\`ids\` must have at most ${MAX_BATCH} ids.`);
    const [books, texts] = await Promise.all([store.books(userId, ids), store.fullTexts(userId, ids)]);
    const byId = new Map(books.map((book) => [book.id, book]));
    return [...new Set(ids)].flatMap((id) => {
      const book = byId.get(id);
      return book ? [{ ...book, fullText: texts.get(id) ?? '' }] : [];
    });
  },
  async page(userId, request) {
    if (request.after === undefined || isUuid(request.after.id)) return store.page(userId, request);
    throw new BlobgraphError('CURSOR_INVALID', '`after` must be the `next` of a list.', { field: 'after' });
  },
});

const blobJson = ({ fullText, ...book }: Blob): object =>
  fullText === undefined ? blobSummary(book) : blobDocument(book, fullText);

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

/** A name that every file system takes, in any script. */
const fileName = ({ title, version }: CompiledBookModel): string => {
  const safe = title
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  return `${[...safe].slice(0, 60).join('').trim() || 'book'} (version ${version}).md`;
};

interface ExportRequest {
  Params: { id: string };
  Querystring: { format?: unknown };
}

async function exportBook(
  store: CompiledBookStore,
  request: FastifyRequest<ExportRequest>,
  reply: FastifyReply,
): Promise<unknown> {
  const { userId } = requireViewer(request.caller);
  const { format = 'markdown' } = request.query;
  if (format !== 'markdown') throw refuse('format', '`format` must be `markdown`.');
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
  blobRoutes(app, {
    processorId: PROCESSOR_ID,
    reader: blobReader(store),
    inventory: store,
    toJson: blobJson,
  });
  eraserRoutes(app, { eraser: store });
  app.get<{ Params: { id: string } }>('/books/:id', async (request) => {
    const { userId } = requireViewer(request.caller);
    return { book: await readBook(store, userId, request.params.id) };
  });
  app.get<ExportRequest>('/books/:id/export', (request, reply) => exportBook(store, request, reply));
}
