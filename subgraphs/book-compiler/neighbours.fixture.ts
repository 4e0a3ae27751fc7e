import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { COVER_SCHEMA } from '../../platform/clients/cover.ts';
import type { BookDocument, FinishedRun } from '../../platform/clients/state.ts';
import type { ErrorCode } from '../../platform/errors/errors.ts';
import { createHttpServer } from '../../platform/serving/http/http.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';

type RunState = BookDocument['chapters'][number]['expansion_state'];

/** A chapter of a book in {@link Neighbours}. */
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
  /** Declarations to the processors' registry. */
  readonly enlisted: readonly { readonly id: string }[];
  /** Stores a user's book, or replaces it. */
  putBook(
    userId: string,
    id: string,
    title: string,
    chapters: readonly ChapterFixture[],
    front?: Partial<BookDocument>,
  ): BookDocument;
  /** Stores an image of the user's, and returns its id. */
  putImage(userId: string): string;
  /** Loses a blob's data; its index entry stays. */
  lose(id: string): void;
  /** Makes the index refuse registrations; null: accept them again. */
  refuseRegistrations(refusal: { status: number; code: ErrorCode } | null): void;
  /** Makes every call of text expansion fail; false: answer again. */
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

  /** Blobs with an index entry, even without data. */
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

/** The state that the servers' answers depend on. */
class World {
  readonly shelf = new Shelf();
  readonly calls: string[] = [];
  readonly registered: FinishedRun[] = [];
  readonly enlisted: { id: string }[] = [];
  refusal: { status: number; code: ErrorCode } | null = null;
  isExpansionStopped = false;

  putBook: Neighbours['putBook'] = (userId, id, title, fixtures, front = {}) => {
    const chapters = fixtures.map((fixture, index) => this.shelf.chapter(userId, id, index + 1, fixture));
    const nothing = { language: null, subtitle: null, author: null, rights: null, cover_blob_id: null };
    const book = { id, title, ...nothing, ...front, chapters };
    this.shelf.books.set(JSON.stringify([userId, id]), book);
    return book;
  };

  lose(id: string): void {
    const blob = this.shelf.blobs.get(id);
    if (blob) this.shelf.lost.set(id, blob);
    this.shelf.blobs.delete(id);
  }
}

const sourceDocument = ({ id, userId, owner, schemaId }: Blob, url: string) => ({
  ...common,
  id,
  schema_id: schemaId,
  user_id: userId,
  owner,
  base_url: owner === 'state' ? null : url,
  size_bytes: 100,
  chapter_num: null,
});

type Ids = { Body: { ids: string[] } };

/** State's reads. `url`: where text expansion answers. */
function stateRoutes(app: FastifyInstance, { shelf }: World, url: () => string): void {
  app.get<{ Params: { user: string; book: string } }>('/api/v1/users/:user/books/:book', (request, reply) => {
    const { user, book } = request.params;
    const found = user === userOf(request) ? shelf.books.get(JSON.stringify([user, book])) : undefined;
    return found ? reply.send({ book: found }) : error(reply, 404, 'BOOK_NOT_FOUND');
  });
  app.post<Ids & { Params: { user: string } }>(
    '/api/v1/users/:user/books/batch',
    async ({ params, body }) => ({
      books: body.ids.flatMap((id) => shelf.books.get(JSON.stringify([params.user, id])) ?? []),
    }),
  );
  app.post<Ids>('/api/v1/sources', async (request) => ({
    sources: shelf.named(userOf(request), request.body.ids).map((blob) => sourceDocument(blob, url())),
  }));
  app.post<Ids>('/api/v1/blobs/batch', async (request) => ({
    blobs: shelf.read(userOf(request), request.body.ids).map(stateDocument),
  }));
}

/** Reads from text expansion, registrations of blobs, declarations of processors. */
function otherRoutes(app: FastifyInstance, world: World): void {
  app.post<Ids>('/blobs/batch', async (request, reply) => {
    if (world.isExpansionStopped) return reply.status(500).send('not JSON');
    const found = world.shelf.read(userOf(request), request.body.ids).toReversed();
    return { blobs: found.map(({ id, userId, data }) => ({ id, user_id: userId, data })) };
  });
  app.post<{ Body: FinishedRun }>('/api/v1/runs/finish', async (request, reply) => {
    if (world.refusal) return error(reply, world.refusal.status, world.refusal.code);
    world.registered.push(request.body);
    return reply.status(201).send({});
  });
  app.post<{ Body: { id: string } }>('/api/v1/processors', async (request, reply) => {
    world.enlisted.push(request.body);
    return reply.status(201).send({});
  });
}

export async function startNeighbours(): Promise<Neighbours> {
  const world = new World();
  const { shelf, calls, registered, enlisted } = world;
  const app = createHttpServer({ logger: createLogger('silent') });
  app.addHook('onRequest', async ({ method, url }) => {
    calls.push(`${method} ${url}`);
  });
  let url = '';
  stateRoutes(app, world, () => url);
  otherRoutes(app, world);
  url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    calls,
    registered,
    enlisted,
    putBook: world.putBook,
    putImage: (userId) => shelf.put(userId, { upload_id: 'u' }, 'state', COVER_SCHEMA),
    lose: (id) => world.lose(id),
    refuseRegistrations(refusal) {
      world.refusal = refusal;
    },
    stopExpansion(stopped) {
      world.isExpansionStopped = stopped;
    },
    close: () => app.close(),
  };
}
