import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processorService } from '../../platform/processor/service.ts';
import type { SqlServer } from '../../platform/sql/database.ts';
import { openTemporaryPostgres } from '../../platform/testing/postgres.ts';
import { startTestService, type TestService } from '../../platform/testing/service.ts';
import { schemasService } from '../schemas/main.ts';
import { type Neighbours, startNeighbours } from './neighbours.fixture.ts';
import processor from './processor.ts';

const COMPILE = `mutation ($input: CompileBookInput!) {
  compileBook(input: $input) { compiledBook { id version chapters { chapterNum } } userErrors { code field } }
}`;
interface Payload {
  readonly compileBook: {
    readonly compiledBook: { id: string; version: number; chapters: { chapterNum: number }[] } | null;
    readonly userErrors: readonly { code: string; field: string | null }[];
  };
}

let server: SqlServer;
let schemas: TestService;
let neighbours: Neighbours;
/** Two instances of the service on one database. */
let running: TestService[] = [];

beforeAll(async () => {
  server = openTemporaryPostgres();
  neighbours = await startNeighbours();
  schemas = await startTestService(schemasService);
  const { url } = neighbours;
  const start = () =>
    startTestService(processorService(processor), {
      sql: (name) => server.database(name),
      urls: { state: url, processors: url, schemas: schemas.url },
    });
  running = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all(running.map((service) => service.stop()));
  await schemas?.stop();
  await neighbours?.close();
  await server?.close();
});

const chapters = [
  { title: 'One', draft: 'First.' },
  { title: 'Two', draft: 'Second.', expanded: 'Second, at length.' },
];

/** Sends a mutation `count` times at once, spread over the instances. */
const atOnce = (count: number, input: (index: number) => Record<string, unknown>) =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const answer = await running[index % 2]?.graphql<Payload>(COMPILE, { input: input(index) });
      expect(answer?.errors).toBeUndefined();
      return answer?.data?.compileBook;
    }),
  );

describe('concurrent compilations on a PostgreSQL server', () => {
  it('of one book become versions 1 to 6, each complete and registered', async () => {
    neighbours.putBook('alice', 'six', 'Six', chapters);
    const payloads = await atOnce(6, () => ({ bookId: 'six' }));
    const books = payloads.flatMap((payload) => payload?.compiledBook ?? []);
    expect(books.map(({ version }) => version).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const book of books) expect(book.chapters).toHaveLength(2);
    const registered = neighbours.registered.map(({ remote_blob_id }) => remote_blob_id);
    expect(books.every(({ id }) => registered.includes(id))).toBe(true);
  });

  it('with one idempotency key become one version', async () => {
    neighbours.putBook('alice', 'one', 'One', chapters);
    const payloads = await atOnce(6, () => ({ bookId: 'one', idempotencyKey: 'k1' }));
    const books = payloads.flatMap((payload) => payload?.compiledBook ?? []);
    expect(books).toHaveLength(6);
    expect(new Set(books.map(({ id }) => id)).size).toBe(1);
    expect(new Set(books.map(({ version }) => version))).toEqual(new Set([1]));
    const [next] = await atOnce(1, () => ({ bookId: 'one' }));
    expect(next?.compiledBook?.version).toBe(2);
  });

  it('with one idempotency key and several inputs become one version; the others are refused with a typed error', async () => {
    neighbours.putBook('alice', 'left', 'Left', chapters);
    neighbours.putBook('alice', 'right', 'Right', chapters);
    const inputs = [{ bookId: 'left' }, { bookId: 'right' }, { bookId: 'left', useExpanded: false }];
    const payloads = await atOnce(9, (index) => ({ ...inputs[index % 3], idempotencyKey: 'k2' }));
    const books = payloads.flatMap((payload) => payload?.compiledBook ?? []);
    const refusals = payloads.flatMap((payload) => payload?.userErrors ?? []);
    expect(books).toHaveLength(3);
    expect(new Set(books.map(({ id }) => id)).size).toBe(1);
    expect(refusals).toEqual(Array(6).fill({ code: 'IDEMPOTENCY_CONFLICT', field: 'idempotencyKey' }));
  });
});
