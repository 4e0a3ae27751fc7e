import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import type { BookDocument, FinishedRun } from '../../platform/clients/state.ts';
import { COVER_SCHEMA } from '../../platform/cover.ts';
import type { ErrorCode } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import { createHttpServer } from '../../platform/serving/http.ts';

type RunState = BookDocument['chapters'][number]['expansion_state'];

/** A chapter to be put into a book of {@link Neighbours}. */
export interface ChapterFixture {
  readonly title: string;
  readonly draft?: string;
  readonly expanded?: string;
  /** State of the draft's expansion. */
  readonly run?: RunState;
}

/** The book compiler's neighbours: state, text expansion and the registry in one HTTP server. */
export interface Neighbours {
  readonly url: string;
  /** `METHOD path` of every call, in order. */
  readonly calls: readonly string[];
  /** Registrations with the index, in order. */
  readonly registered: readonly FinishedRun[];
  /** Registrations with the processors' registry. */
  readonly enlisted: readonly { readonly id: string }[];
  /** Gives a user a book, or another form of it. */
  putBook(
    userId: string,
    id: string,
    title: string,
    chapters: readonly ChapterFixture[],
    front?: Partial<BookDocument>,
  ): BookDocument;
  /** Gives a user an image; answers its id. */
  putImage(userId: string): string;
  /** Makes a blob's data unreadable to its owner. */
  lose(id: string): void;
  /** From now on the index answers so; null: it takes registrations again. */
  refuseRegistrations(refusal: { status: number; code: ErrorCode } | null): void;
  /** From now on every call of text expansion fails; false: it answers again. */
  stopExpansion(stopped: boolean): void;
  close(): Promise<void>;
}

const error = (reply: FastifyReply, status: number, code: ErrorCode) =>
  reply.status(status).send({ error: { code, message: `Refused: ${code}` } });

const userOf = (request: FastifyRequest): string =>
  decodeJwt(request.headers.authorization?.slice('Bearer '.length) ?? '').sub ?? '';

interface Blob {
  readonly id: string;
  readonly userId: string;
  readonly owner: string;
  readonly schemaId: string;
  readonly data: unknown;
}

const common = {
  schema_id: 'text-input-v1',
  schema_version: '1.0.0',
  type: 'chapter_draft',
  title: 'A chapter',
  book_id: null,
  conversation_id: null,
  created_at: '2026-01-01T00:00:00.000Z',
};

class Shelf {
  readonly books = new Map<string, BookDocument>();
  readonly blobs = new Map<string, Blob>();
  readonly lost = new Map<string, Blob>();

  put(userId: string, data: unknown, owner = 'state', schemaId = common.schema_id): string {
    const id = randomUUID();
    this.blobs.set(id, { id, userId, owner, schemaId, data });
    return id;
  }

  chapter(userId: string, bookId: string, chapterNum: number, fixture: ChapterFixture) {
    const { title, draft, expanded, run } = fixture;
    const metadata = { book_id: bookId, chapter_num: chapterNum };
    return {
      chapter_num: chapterNum,
      title,
      draft_blob_id: draft === undefined ? null : this.put(userId, { content: draft, metadata }),
      expanded_blob_id: expanded === undefined ? null : this.put(userId, { expanded }, 'text-expansion'),
      expansion_state: run ?? null,
      numbered: true,
    };
  }

  /** Those that the index has, whatever became of their content. */
  named(userId: string, ids: readonly string[]): Blob[] {
    return ids.flatMap((id) => {
      const blob = this.blobs.get(id) ?? this.lost.get(id);
      return blob?.userId === userId ? [blob] : [];
    });
  }

  read(userId: string, ids: readonly string[]): Blob[] {
    return ids.flatMap((id) => {
      const blob = this.blobs.get(id);
      return blob?.userId === userId ? [blob] : [];
    });
  }
}

const stateDocument = ({ id, userId, schemaId, data }: Blob) => ({
  ...common,
  schema_id: schemaId,
  id,
  user_id: userId,
  data,
  processing_state: 'COMPLETED',
});

export async function startNeighbours(): Promise<Neighbours> {
  const shelf = new Shelf();
  const calls: string[] = [];
  const registered: FinishedRun[] = [];
  const enlisted: { id: string }[] = [];
  let refusal: { status: number; code: ErrorCode } | null = null;
  let expansionStopped = false;

  const app = createHttpServer({ logger: createLogger('silent') });
  app.addHook('onRequest', async ({ method, url }) => {
    calls.push(`${method} ${url}`);
  });
  app.get<{ Params: { user: string; book: string } }>('/api/v1/users/:user/books/:book', (request, reply) => {
    const { user, book } = request.params;
    const found = user === userOf(request) ? shelf.books.get(JSON.stringify([user, book])) : undefined;
    return found ? reply.send({ book: found }) : error(reply, 404, 'BOOK_NOT_FOUND');
  });
  app.post<{ Params: { user: string }; Body: { ids: string[] } }>(
    '/api/v1/users/:user/books/batch',
    async ({ params, body }) => ({
      books: body.ids.flatMap((id) => shelf.books.get(JSON.stringify([params.user, id])) ?? []),
    }),
  );
  app.post<{ Body: { ids: string[] } }>('/api/v1/sources', async (request) => ({
    sources: shelf.named(userOf(request), request.body.ids).map(({ id, userId, owner, schemaId }) => ({
      ...common,
      id,
      schema_id: schemaId,
      user_id: userId,
      owner,
      base_url: owner === 'state' ? null : url,
      size_bytes: 100,
      chapter_num: null,
    })),
  }));
  app.post<{ Body: { ids: string[] } }>('/api/v1/blobs/batch', async (request) => ({
    blobs: shelf.read(userOf(request), request.body.ids).map(stateDocument),
  }));
  app.post<{ Body: { ids: string[] } }>('/blobs/batch', async (request, reply) => {
    if (expansionStopped) return reply.status(500).send('not JSON');
    const found = shelf.read(userOf(request), request.body.ids).toReversed();
    return { blobs: found.map(({ id, userId, data }) => ({ id, user_id: userId, data })) };
  });
  app.post<{ Body: FinishedRun }>('/api/v1/runs/finish', async (request, reply) => {
    if (refusal) return error(reply, refusal.status, refusal.code);
    registered.push(request.body);
    return reply.status(201).send({});
  });
  app.post<{ Body: { id: string } }>('/api/v1/processors', async (request, reply) => {
    enlisted.push(request.body);
    return reply.status(201).send({});
  });

  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    calls,
    registered,
    enlisted,
    putBook(userId, id, title, fixtures, front = {}) {
      const chapters = fixtures.map((fixture, index) => shelf.chapter(userId, id, index + 1, fixture));
      const nothing = { language: null, subtitle: null, author: null, rights: null, cover_blob_id: null };
      const book = { id, title, ...nothing, ...front, chapters };
      shelf.books.set(JSON.stringify([userId, id]), book);
      return book;
    },
    putImage: (userId) => shelf.put(userId, { upload_id: 'u' }, 'state', COVER_SCHEMA),
    lose(id) {
      const blob = shelf.blobs.get(id);
      if (blob) shelf.lost.set(id, blob);
      shelf.blobs.delete(id);
    },
    refuseRegistrations(next) {
      refusal = next;
    },
    stopExpansion(stopped) {
      expansionStopped = stopped;
    },
    close: () => app.close(),
  };
}
