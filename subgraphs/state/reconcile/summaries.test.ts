import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { entryOfUserBlob } from '../entries/entry.ts';
import { complete } from '../store/contract/summary.contract.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import { userBlob } from '../testing/records.fixture.ts';
import { openReconciling } from './reconciler.fixture.ts';

let server: SqlServer;
beforeAll(async () => {
  server = await openTemporaryPglite();
});
afterAll(() => server?.close());

const ALL = { kind: 'all', key: '' } as const;

it('counts that are not what the entries say are told of, and built anew', async () => {
  const database = await server.database('state');
  const store = createPostgresStateStore(database);
  const system = await openReconciling(store, []);
  for (let index = 0; index < 3; index += 1) {
    const blob = userBlob('alice', { createdAt: system.graces(2), expectedProcessorIds: [], outbox: [] });
    await store.insertUserBlob(blob);
    await store.insertEntry(entryOfUserBlob(blob), []);
  }
  await complete(store, 'alice');
  expect((await system.reconcile()).told).toEqual([]);
  await database.execute("UPDATE facet_counts SET total = 7 WHERE kind = 'all'");
  expect((await system.reconcile()).told).toEqual(['SUMMARY_DIFFERS state 1 0']);
  expect(await store.facetCount('alice', ALL)).toBe(7);
  expect((await system.reconcile({ repair: true })).told).toEqual(['SUMMARY_DIFFERS state 1 1']);
  expect(await store.facetCount('alice', ALL)).toBe(3);
  expect((await system.reconcile()).told).toEqual([]);
});
