import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresRecords } from '../../platform/processor/records/postgres/records.postgres.ts';
import { newRecord, newUser } from '../../platform/processor/records/records.contract.fixture.ts';
import type { Records } from '../../platform/processor/records/records.ts';
import { databaseOf, processorService } from '../../platform/processor/service.ts';
import type { SqlServer } from '../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { schemasService } from '../schemas/main.ts';
import { type Neighbours, startNeighbours } from './neighbours.fixture.ts';
import processor from './processor.ts';
import { compiledBooks } from './records.fixture.ts';

const COMPILE = `mutation ($input: CompileBookInput!) {
  compileBook(input: $input) { compiledBook { id version } userErrors { code } }
}`;
interface Payload {
  readonly compileBook: { compiledBook: { id: string; version: number } | null };
}
/** The first delay is at most a second, and the relay runs every second. */
const SOON = { timeout: 15_000, interval: 50 };

let server: SqlServer;
let records: Records;
let schemas: TestService;
let neighbours: Neighbours;
let service: TestService | undefined;

beforeAll(async () => {
  server = await openTemporaryPglite();
  records = createPostgresRecords(await server.database(databaseOf(processor)), processor.records);
  await records.prepare();
  schemas = await startTestService(schemasService);
});
afterAll(async () => {
  await schemas?.stop();
  await server?.close();
});
beforeEach(async () => {
  neighbours = await startNeighbours();
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  await neighbours.close();
});

const start = async () => {
  const { url } = neighbours;
  service = await startTestService(processorService(processor), {
    sql: (name) => server.database(name),
    urls: { state: url, processors: url, schemas: schemas.url },
  });
  return service;
};
const compile = async (on: TestService, userId: string, bookId: string, idempotencyKey: string) => {
  const input = { bookId, idempotencyKey };
  const answer = await on.graphql<Payload>(COMPILE, { input }, { viewer: viewer(userId) });
  return answer.data?.compileBook.compiledBook ?? null;
};
/** Stores a book like a process that dies before it registers it. */
const left = async (userId: string) => {
  const over = { sourceIds: ['draft-1', 'expansion-2'], onDemand: true, registerAt: new Date() };
  return (await records.insert(newRecord(userId, compiledBooks.sample(1), over))).stored;
};
const registrationOf = async (id: string | undefined) => (await records.find(id ?? '', 'all'))?.registration;
const registeredIds = () => neighbours.registered.map(({ remote_blob_id }) => remote_blob_id);
const draft = [{ title: 'One', draft: 'Text.' }];

describe('the registration relay', () => {
  it('finishes for a process that died between its commit and the registration', async () => {
    const book = await left(newUser());
    await start();
    await expect.poll(registeredIds, SOON).toContain(book.id);
    await expect.poll(() => registrationOf(book.id), SOON).toBe('registered');
    expect(neighbours.registered.find(({ remote_blob_id }) => remote_blob_id === book.id)).toMatchObject({
      user_id: book.userId,
      parent_id: 'draft-1',
      source_ids: ['draft-1', 'expansion-2'],
      content_hash: book.contentHash,
    });
  });

  it('registers later when the index is unavailable, and the caller gets the book', async () => {
    const userId = newUser();
    neighbours.putBook(userId, 'novel', 'Novel', draft);
    neighbours.refuseRegistrations({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    const running = await start();
    const book = await compile(running, userId, 'novel', 'k');
    expect(book).toMatchObject({ version: 1 });
    expect(registeredIds()).toEqual([]);
    neighbours.refuseRegistrations(null);
    await expect.poll(registeredIds, SOON).toEqual([book?.id]);
  });

  it('registers before it answers a repeated request whose first registration failed', async () => {
    const userId = newUser();
    neighbours.putBook(userId, 'novel', 'Novel', draft);
    neighbours.refuseRegistrations({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    const running = await start();
    const first = await compile(running, userId, 'novel', 'k');
    neighbours.refuseRegistrations(null);
    expect(await compile(running, userId, 'novel', 'k')).toEqual(first);
    expect(registeredIds()).toContain(first?.id);
  });

  it('sets aside what the index refuses permanently, and still returns the book', async () => {
    const userId = newUser();
    neighbours.putBook(userId, 'novel', 'Novel', draft);
    neighbours.refuseRegistrations({ status: 422, code: 'SOURCE_UNKNOWN' });
    const running = await start();
    const book = await compile(running, userId, 'novel', 'k');
    expect(book).toMatchObject({ version: 1 });
    expect(await registrationOf(book?.id)).toBe('refused');
  });

  it('discards what was deleted in between, and tells the caller', async () => {
    const userId = newUser();
    neighbours.putBook(userId, 'novel', 'Novel', draft);
    neighbours.refuseRegistrations({ status: 410, code: 'BLOB_DELETED' });
    const before = await left(userId);
    const running = await start();
    const input = { bookId: 'novel', idempotencyKey: 'k' };
    const { data } = await running.graphql<Payload>(COMPILE, { input }, { viewer: viewer(userId) });
    expect(data?.compileBook).toEqual({ compiledBook: null, userErrors: [{ code: 'BLOB_DELETED' }] });
    await expect.poll(() => records.find(before.id, 'all'), SOON).toBeNull();
    expect(await records.page(userId, { limit: 10 }, 'all')).toEqual([]);
  });

  it('processes more than one batch', async () => {
    const userId = newUser();
    const added = [];
    for (let index = 0; index < 45; index += 1) added.push((await left(userId)).id);
    await start();
    await expect.poll(() => new Set(registeredIds()), SOON).toEqual(new Set(added));
  });

  it('registers the service as a processor', async () => {
    await start();
    await expect
      .poll(() => neighbours.enlisted, SOON)
      .toMatchObject([
        {
          id: 'book-compiler',
          storage_type: 'postgresql',
          input_schema_ids: ['text-input-v1', 'expanded-text-v1', 'image-input-v1', 'image-asset-v1'],
          output_schema_id: 'compiled-book-v1',
          graphql_type: 'CompiledBook',
          event_subscriptions: [],
          version: '1',
        },
      ]);
  });
});
