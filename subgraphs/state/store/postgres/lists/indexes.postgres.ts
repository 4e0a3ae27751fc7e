import { setTimeout as pause } from 'node:timers/promises';
import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import type { Upkeep } from '../../upkeep.ts';
import { ENTRY_LISTS, keyOf, type ListName, presentIn } from './keys.postgres.ts';
import { fillWords } from './search.postgres.ts';
import { SEARCH_INDEXES } from './search-schema.postgres.ts';
import { TURN_INDEXES } from './turns.postgres.ts';
import { WORKLOAD_INDEXES } from './workloads.postgres.ts';

/** The index columns after a list's key: facets that divide it into few stretches, then the order. */
const STRETCHES = 'state, processor_id, schema_id, created_at, id';

const entryIndex = (list: ListName) => {
  const columns = ENTRY_LISTS[list];
  const present = presentIn(columns).map((column) => `${column} IS NOT NULL`);
  return {
    name: `blob_list_${list}`,
    on: `blob_index ((${keyOf(list, ['user_id', ...columns])}), ${list === 'all' ? 'created_at, id' : STRETCHES})${
      present.length > 0 ? ` WHERE ${present.join(' AND ')}` : ''
    }`,
  };
};

/**
 * The indexes of lists, by name. A migration step creates them in an empty database: a changed index needs a new name and
 * a new step.
 */
export const LIST_INDEXES: readonly { readonly name: string; readonly on: string }[] = [
  ...(Object.keys(ENTRY_LISTS) as ListName[]).map(entryIndex),
  {
    name: 'blob_sources_facets',
    on: `blob_sources ((${keyOf('children', ['user_id', 'parent_id'])}), child_facets, child_created_at, child_id)`,
  },
  { name: 'blob_sources_unknown', on: 'blob_sources (child_id) WHERE child_facets IS NULL' },
];

/** The indexes that those replace. Summaries still use the one of conversations. */
const REPLACED = ['user', 'processor', 'type', 'state', 'schema', 'book'].map(
  (column) => `blob_index_${column}`,
);

/**
 * The step from one index per member to indexes of lists. A table with entries keeps its indexes for now: creating the
 * new ones in a step would block writers, see {@link createUpkeep}.
 */
export const LISTS_STEP = `
  -- A child's facets, so that a parent's children are found by them: [state, processor, schema, type, book, conversation].
  -- Null in edges of before, until they are filled in.
  ALTER TABLE blob_sources ADD COLUMN child_facets text;

  CREATE FUNCTION child_facets(state text, processor_id text, schema_id text, type text, book_id text, conversation_id text)
  RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT jsonb_build_array(state, processor_id, schema_id, type, book_id, conversation_id)::text $$;

  -- The state alone changes. By a trigger, so that processes of the release before tell the edges too.
  CREATE FUNCTION tell_sources_of_state() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE blob_sources SET child_facets = child_facets(NEW.state, NEW.processor_id, NEW.schema_id, NEW.type,
      NEW.book_id, NEW.conversation_id) WHERE child_id = NEW.id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER blob_index_state AFTER UPDATE OF state ON blob_index FOR EACH ROW
    WHEN (NEW.state IS DISTINCT FROM OLD.state AND NEW.user_id IS NOT NULL AND NEW.source_ids <> '{}')
    EXECUTE FUNCTION tell_sources_of_state();

  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM blob_index) THEN
      ${LIST_INDEXES.map(({ name, on }) => `CREATE INDEX ${name} ON ${on};`).join('\n      ')}
      DROP INDEX ${REPLACED.join(', ')};
    END IF;
  END $$;
`;

/** The `child_facets` of the entry with the alias `e`. */
export const CHILD_FACETS_OF_ENTRY =
  'child_facets(e.state, e.processor_id, e.schema_id, e.type, e.book_id, e.conversation_id)';

/** Edges per statement. */
const EDGES = 2_000;

/** Adds the facets of children to edges of the previous release, in batches. */
async function fillEdges(database: SqlDatabase, signal: AbortSignal): Promise<void> {
  for (let after: string | null = ''; after !== null; ) {
    signal.throwIfAborted();
    const rows: { last: string | null }[] = await database.query(
      `WITH batch AS (
         SELECT child_id FROM blob_sources WHERE child_facets IS NULL AND child_id > $1 ORDER BY child_id LIMIT ${EDGES}
       ), filled AS (
         UPDATE blob_sources s SET child_facets = ${CHILD_FACETS_OF_ENTRY}
         FROM blob_index e WHERE s.child_id IN (SELECT child_id FROM batch) AND e.id = s.child_id AND s.child_facets IS NULL
       )
       SELECT max(child_id) AS last FROM batch`,
      [after],
    );
    after = rows[0]?.last ?? null;
  }
}

interface IndexState {
  name: string;
  valid: boolean;
  building: boolean;
}

const indexStates = async (database: SqlDatabase): Promise<Map<string, IndexState>> => {
  const rows = await database.query<IndexState>(
    `SELECT c.relname AS name, i.indisvalid AS valid,
       EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS building
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid IN ('blob_index'::regclass, 'blob_sources'::regclass)`,
  );
  return new Map(rows.map((row) => [row.name, row]));
};

/** Interval of looking for an index that another process is creating. */
const LOOK_AGAIN_MS = 2_000;

/** Creates one index without blocking writers. One that a dead process left unfinished is created again. */
async function makeIndex(
  database: SqlDatabase,
  { name, on }: { readonly name: string; readonly on: string },
  signal: AbortSignal,
): Promise<void> {
  const found = (await indexStates(database)).get(name);
  if (found?.valid || found?.building) return;
  if (found) await database.maintain(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`, signal);
  await database.maintain(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${on}`, signal);
}

/** Repeats `step` until `isDone`, and waits for other processes in between. */
async function until(
  isDone: () => Promise<boolean>,
  step: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!(await isDone())) {
    signal.throwIfAborted();
    await step();
    if (await isDone()) return;
    await pause(LOOK_AGAIN_MS, undefined, { signal });
  }
}

const INDEXES = [...TURN_INDEXES, ...WORKLOAD_INDEXES, ...LIST_INDEXES, ...SEARCH_INDEXES];

/** Migrates a database of the previous release: adds indexes, and the words of its entries. */
export const createUpkeep = (database: SqlDatabase): Upkeep => ({
  async upkeep({ signal, logger }) {
    const areMade = async () => {
      const states = await indexStates(database);
      return INDEXES.every(({ name }) => states.get(name)?.valid);
    };
    const areGone = async () => {
      const states = await indexStates(database);
      return !REPLACED.some((name) => states.has(name));
    };
    const fill = async () => {
      await fillEdges(database, signal);
      await fillWords(database, signal);
    };
    if ((await areMade()) && (await areGone())) return fill();
    logger.info('building indexes; until they are done, long lists are slower and users do not take turns');
    const make = async () => {
      for (const index of INDEXES) await makeIndex(database, index, signal);
    };
    await until(areMade, make, signal);
    await fill();
    const drop = async () => {
      for (const name of REPLACED)
        await database.maintain(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`, signal);
    };
    await until(areGone, drop, signal);
    logger.info('built the indexes');
  },
});
