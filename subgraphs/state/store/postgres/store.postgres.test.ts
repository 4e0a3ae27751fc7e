import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SqlServer } from '../../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../../platform/testing/pglite.ts';
import { at, entry, event, newUser } from '../../testing/records.fixture.ts';
import { stateStoreContract } from '../contract/store.contract.ts';
import { summaryContract } from '../contract/summary.contract.ts';
import type { IndexEntry } from '../records.ts';
import { createLineage } from './lineage.postgres.ts';
import { migrations } from './schema.postgres.ts';
import { createPostgresStateStore } from './store.postgres.ts';

describe('state store on embedded PostgreSQL', () => {
  const open = async () => {
    const server = await openTemporaryPglite();
    const store = createPostgresStateStore(await server.database('state'));
    return { store, close: () => server.close() };
  };
  stateStoreContract(open);
  summaryContract(open);
});

describe('rows of before there were generations and artifacts', () => {
  let server: SqlServer;
  beforeAll(async () => {
    server = await openTemporaryPglite();
  });
  afterAll(() => server?.close());

  it('are read as what they mean', async () => {
    const database = await server.database('old');
    await database.migrate(migrations.slice(0, 7));
    const user = newUser();
    const run = { processorId: 'p', state: 'FAILED', attempt: 1, progress: null, error: null } as const;
    const stored = { ...run, updatedAt: at(1).toISOString() };
    await database.execute(
      `INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version,
         source_ids, type, title, preview, size_bytes, runs, state, created_at, updated_at, outbox)
       VALUES ('old', $1, 1, 'state', 's', 's', '1.0.0', '{}', 't', 'T', '', 1, $2, 'FAILED', $3, $3, '[]')`,
      [user, JSON.stringify([stored]), at(1)],
    );
    const store = createPostgresStateStore(database);
    await store.prepare();
    const runs = [{ ...stored, generation: 0, stage: null, artifact: null }];
    expect(await store.entries(user, ['old'])).toMatchObject([{ generation: 0, runs }]);
    expect(await store.scanEntries({ limit: 10 })).toMatchObject([{ id: 'old', contentHash: null, runs }]);
    // They are changed like any other.
    const change = { version: 2, runs, state: 'FAILED', updatedAt: at(2) } as const;
    expect(await store.updateEntry('old', 1, change, [event({ id: 'old', userId: user }, 2)])).toBe(true);
    await store.insertEntry(entry(user, 2, { generation: 3 }), []);
  });
});

describe('edges among entries', () => {
  it('are cut where more sources would have to be searched, also when none of those is found', async () => {
    const server = await openTemporaryPglite();
    onTestFinished(() => server.close());
    const database = await server.database('edges');
    const store = createPostgresStateStore(database);
    await store.prepare();
    const user = newUser();
    const drafts = [1, 2, 3, 4].map((n) => entry(user, n));
    for (const draft of drafts) await store.insertEntry(draft, []);
    const book = entry(user, 5, { sourceIds: drafts.map(({ id }) => id) });
    await store.insertEntry(book, []);
    const [draft] = drafts as [IndexEntry];
    const among = (ids: readonly string[], mostLooked: number) =>
      createLineage(database, mostLooked).edgesAmong(user, ids, 10);
    expect(await among([book.id], 4)).toEqual({ edges: [], cut: false });
    expect(await among([book.id], 3)).toEqual({ edges: [], cut: true });
    const edges = [{ parentId: draft.id, childId: book.id }];
    expect(await among([book.id, draft.id], 4)).toEqual({ edges, cut: false });
  });
});
