import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { observed } from '../../../platform/testing/observed.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { startTestService, type TestService, viewer } from '../../../platform/testing/service.ts';
import { stateService } from '../main.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import { runFrom } from '../store/records.ts';
import { entry } from '../testing/records.fixture.ts';
import {
  compilerDocument,
  expansionDocument,
  startRegistry,
  type TestRegistry,
} from '../testing/registry.fixture.ts';

let server: SqlServer;
let state: TestService;
let registry: TestRegistry;
/** Statements that look at what processors have to do. */
let looks = 0;

beforeAll(async () => {
  server = await openTemporaryPglite();
  const sql = async (name: string) => {
    const database = await server.database(name);
    if (name !== 'state') return database;
    return observed(database, (text) => {
      if (text.includes('open_runs(runs)')) looks += 1;
    });
  };
  registry = await startRegistry(expansionDocument(), compilerDocument());
  state = await startTestService(stateService, { sql, urls: { processors: registry.url } });
  const store = createPostgresStateStore(await server.database('state'));
  const waiting = (processorId: string, secondsAgo: number) =>
    runFrom({
      ...{ processorId, state: 'PENDING', attempt: 0, progress: null, error: null },
      updatedAt: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
    });
  const insert = (...runs: ReturnType<typeof waiting>[]) =>
    store.insertEntry(entry('bob', 1, { runs, state: 'PENDING' }), []);
  await insert(waiting('text-expansion', 100));
  await insert(waiting('text-expansion', 200), { ...waiting('book-compiler', 10), state: 'PROCESSING' });
});
afterAll(async () => {
  await state?.stop();
  await registry?.close();
  await server?.close();
});

const QUERY = /* GraphQL */ `
  query ($ids: [_Any!]!) {
    _entities(representations: $ids) {
      ... on Processor { id health { queueDepth queueDepthIsExact oldestWaitingSeconds inWork } }
    }
  }
`;
interface Shown {
  _entities: { id: string; health: Record<string, number | boolean | null> }[];
}
const PROCESSORS = ['text-expansion', 'book-compiler', 'idle'];
const ask = async (roles: readonly string[], ids = PROCESSORS) => {
  const representations = ids.map((id) => ({ __typename: 'Processor', id }));
  const caller = { viewer: { ...viewer('olga'), roles: [...roles] } };
  return state.graphql<Shown>(QUERY, { ids: representations }, caller);
};

it('operators see what processors have to do, of all users, by one statement', async () => {
  looks = 0;
  const { data, errors } = await ask(['operator']);
  expect(errors).toBeUndefined();
  const [expansion, compiler, idle] = data?._entities ?? [];
  expect(expansion?.health).toMatchObject({ queueDepth: 2, queueDepthIsExact: true, inWork: 0 });
  expect(expansion?.health['oldestWaitingSeconds']).toBeGreaterThanOrEqual(200);
  const none = { queueDepth: 0, queueDepthIsExact: true, oldestWaitingSeconds: null };
  expect(compiler?.health).toEqual({ ...none, inWork: 1 });
  expect(idle?.health).toEqual({ ...none, inWork: 0 });
  expect(looks).toBe(1);
});

it('nobody has it counted more than once a second', async () => {
  // Ids that nobody has asked for yet: all of these are one look, whoever asks, and the same again is none.
  const ids = ['p1', 'p2'];
  looks = 0;
  await ask(['operator'], ids);
  const begun = performance.now();
  await Promise.all(Array.from({ length: 20 }, () => ask(['operator'], ids)));
  const seconds = Math.ceil((performance.now() - begun) / 1_000);
  expect(looks).toBeLessThanOrEqual(1 + seconds);
});

it('other users see null, and nothing is read for them', async () => {
  looks = 0;
  const { data, errors } = await ask([]);
  expect(errors).toBeUndefined();
  const nothing = { queueDepth: null, queueDepthIsExact: null, oldestWaitingSeconds: null, inWork: null };
  expect(data?._entities.map(({ health }) => health)).toEqual([nothing, nothing, nothing]);
  expect(looks).toBe(0);
});

it('it is measured', async () => {
  const read = async () => (await fetch(`${state.url}/metrics`)).text();
  await expect
    .poll(read)
    .toContain('blobgraph_processor_queue_depth{processor="text-expansion",service="state"} 2\n');
  const text = await read();
  expect(text).toMatch(/blobgraph_processor_queue_oldest_seconds\{processor="text-expansion",.*\} 2\d\d\n/);
  expect(text).toContain('blobgraph_processor_runs_in_work{processor="book-compiler",service="state"} 1\n');
});
