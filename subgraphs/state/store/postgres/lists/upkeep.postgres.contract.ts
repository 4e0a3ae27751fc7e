import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../../../../platform/sql/database.ts';
import { createLogger } from '../../../../../platform/telemetry/logger.ts';
import { at, entry, event, ids } from '../../../testing/records.fixture.ts';
import type { EntryFilter } from '../../filter.ts';
import type { StateStore } from '../../store.ts';
import { migrations } from '../schema.postgres.ts';
import { createPostgresStateStore } from '../store.postgres.ts';
import { LIST_INDEXES, LISTS_STEP } from './indexes.postgres.ts';
import { TURN_INDEXES } from './turns.postgres.ts';

const logger = createLogger('silent');
const context = () => ({ signal: new AbortController().signal, logger });

/** Inserts an entry derived from `parents` as the previous release did. */
async function enterAsBefore(database: SqlDatabase, id: string, second: number, parents: readonly string[]) {
  await database.execute(
    `WITH e AS (
       INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version,
         source_ids, type, title, preview, size_bytes, book_id, runs, state, created_at, updated_at, outbox)
       VALUES ($1, 'alice', 1, 'p', 's', 's', '1.0.0', $2, 't', 'T', '', 1, 'b', '[]', 'PENDING', $3, $3, '[]')
       RETURNING *
     )
     INSERT INTO blob_sources (user_id, parent_id, child_id, child_created_at, child_processor_id)
     SELECT e.user_id, p.id, e.id, e.created_at, e.processor_id FROM e, unnest(e.source_ids) AS p(id)`,
    [id, [...parents], at(second)],
  );
}

const indexesOf = async (database: SqlDatabase) =>
  database.query<{ name: string; valid: boolean }>(
    `SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid IN ('blob_index'::regclass, 'blob_sources'::regclass)`,
  );

/** The upkeep of a database that the previous release filled, and still writes to. */
export function upkeepContract(open: () => Promise<SqlServer>): void {
  describe('upkeep of a store of the release before', () => {
    let server: SqlServer;
    let database: SqlDatabase;
    let store: StateStore;
    beforeAll(async () => {
      server = await open();
      database = await server.database('upkeep');
      await database.migrate(migrations.slice(0, migrations.indexOf(LISTS_STEP)));
      for (let second = 1; second <= 5; second += 1)
        await enterAsBefore(database, `old-${second}`, second, ['x']);
      await enterAsBefore(database, 'old-wide', 6, ['x', 'y', 'z']);
      store = createPostgresStateStore(database);
      await store.prepare();
    });
    afterAll(() => server?.close());

    const found = async (filter: EntryFilter) => {
      const { entries } = await store.page('alice', filter, { limit: 10, direction: 'DESC' });
      expect((await store.countUpTo('alice', filter, 100)).count).toBe(entries.length);
      return ids(entries);
    };
    const check = async (pending: string[], completed: string[]) => {
      expect(await found({ parentId: 'x', state: 'PENDING' })).toEqual(pending);
      expect(await found({ parentId: 'x', state: 'COMPLETED', bookId: 'b' })).toEqual(completed);
      expect(await found({ type: 't', state: 'COMPLETED' })).toEqual(completed);
      expect(await found({ parentId: 'x', type: 'other' })).toEqual([]);
      const derived = await store.derived('alice', ['x'], { limit: 1, processorIds: ['p'] });
      expect(ids(derived.get('x') ?? [])).toEqual(['old-wide']);
    };

    it('answers right before it is done, also of what the release before changes beside it', async () => {
      await check(['old-wide', 'old-5', 'old-4', 'old-3', 'old-2', 'old-1'], []);
      await database.execute(`UPDATE blob_index SET state = 'COMPLETED' WHERE id IN ('old-2', 'old-wide')`);
      await check(['old-5', 'old-4', 'old-3', 'old-1'], ['old-wide', 'old-2']);
    });

    it('lets users take no turns before it is done', async () => {
      const runs = JSON.stringify([{ processorId: 'p', artifact: null, state: 'PENDING', held: true }]);
      await database.execute(`UPDATE blob_index SET runs = $1 WHERE id = 'old-1'`, [runs]);
      expect(await store.outstandingRuns('alice')).toBeNull();
      expect(await store.heldUsers({ after: '', limit: 10 })).toEqual([]);
    });

    it('makes nothing anew where it was stopped, and goes on', async () => {
      const stopped = new AbortController();
      stopped.abort();
      await expect(store.upkeep({ signal: stopped.signal, logger })).rejects.toThrow();
      // As a process leaves an index that dies while making it.
      await database.execute(`CREATE INDEX blob_list_type ON blob_index (type)`);
      await database.execute(
        `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'blob_list_type'::regclass`,
      );
      await store.upkeep(context());
      const indexes = new Map((await indexesOf(database)).map(({ name, valid }) => [name, valid]));
      for (const { name } of [...TURN_INDEXES, ...LIST_INDEXES])
        expect([name, indexes.get(name)]).toEqual([name, true]);
      expect(indexes.has('blob_index_type')).toBe(false);
      expect(await store.outstandingRuns('alice')).toEqual(new Map());
      expect(await store.heldUsers({ after: '', limit: 10 })).toEqual(['alice']);
      expect(await database.query('SELECT FROM blob_sources WHERE child_facets IS NULL')).toEqual([]);
      await check(['old-5', 'old-4', 'old-3', 'old-1'], ['old-wide', 'old-2']);
      await store.upkeep(context());
    });

    it('takes in what the release before enters beside it, at once and for good', async () => {
      await enterAsBefore(database, 'beside', 7, ['v']);
      expect(await found({ parentId: 'v', type: 't' })).toEqual(['beside']);
      await database.execute(`UPDATE blob_index SET state = 'COMPLETED' WHERE id = 'beside'`);
      expect(await found({ parentId: 'v', state: 'COMPLETED' })).toEqual(['beside']);
      expect(await found({ parentId: 'v', state: 'PENDING' })).toEqual([]);
    });

    it('an entry and a change of its own stand in lists at once', async () => {
      const one = entry('bob', 1, { sourceIds: ['w'], processorId: 'p', state: 'PENDING' });
      await store.insertEntry(one, []);
      const change = { version: 2, runs: [], state: 'COMPLETED', updatedAt: at(2) } as const;
      await store.updateEntry(one.id, 1, change, [event(one, 2)]);
      const page = { limit: 10, direction: 'ASC' } as const;
      const byState = async (state: 'PENDING' | 'COMPLETED') =>
        ids((await store.page('bob', { parentId: 'w', state }, page)).entries);
      expect(await byState('COMPLETED')).toEqual([one.id]);
      expect(await byState('PENDING')).toEqual([]);
    });
  });
}
