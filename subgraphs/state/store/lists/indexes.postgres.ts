import { setTimeout as pause } from 'node:timers/promises';
import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import { ENTRY_LISTS, type EntryList, keyOf, presentIn } from './keys.postgres.ts';
import type { Upkeep } from './upkeep.ts';

/** What follows a list's key in its index: facets that part it into few stretches, then the order. */
const STRETCHES = 'state, processor_id, schema_id, created_at, id';

const entryIndex = (list: EntryList) => {
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
 * Indexes of lists, by name. A migration step makes them in an empty database: a changed one must get a new name, and
 * a new step.
 */
export const LIST_INDEXES: readonly { readonly name: string; readonly on: string }[] = [
  ...(Object.keys(ENTRY_LISTS) as EntryList[]).map(entryIndex),
  {
    name: 'blob_sources_facets',
    on: `blob_sources ((${keyOf('children', ['user_id', 'parent_id'])}), child_facets, child_created_at, child_id)`,
  },
  { name: 'blob_sources_unknown', on: 'blob_sources (child_id) WHERE child_facets IS NULL' },
];

/** Indexes that those replace. That of conversations stays: summaries seek a conversation's first and newest message in it. */
const REPLACED = ['user', 'processor', 'type', 'state', 'schema', 'book'].map(
  (column) => `blob_index_${column}`,
);

/**
 * The step that goes from an index for each member to those of lists. A table that holds entries already keeps its
 * indexes for now: making others in a step would keep writers waiting, see {@link createIndexUpkeep}.
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

/** `child_facets` of an entry by the alias `e`. */
export const CHILD_FACETS_OF_ENTRY =
  'child_facets(e.state, e.processor_id, e.schema_id, e.type, e.book_id, e.conversation_id)';

/** Edges in one statement. */
const EDGES = 2_000;

/** Fills in the facets of children in edges of the release before, some in each statement. */
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

/** How long to wait for an index that another process is making. */
const LOOK_AGAIN_MS = 2_000;

/** Makes one index beside reading and writing. What a process that died left of it is made again. */
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

/** Does `step` until `isDone`; what another process is at is waited for. */
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

/** Brings a database of the release before to the indexes of lists. */
export const createUpkeep = (database: SqlDatabase): Upkeep => ({
  async upkeep({ signal, logger }) {
    const areMade = async () => {
      const states = await indexStates(database);
      return LIST_INDEXES.every(({ name }) => states.get(name)?.valid);
    };
    const areGone = async () => {
      const states = await indexStates(database);
      return !REPLACED.some((name) => states.has(name));
    };
    if ((await areMade()) && (await areGone())) return fillEdges(database, signal);
    logger.info('making indexes of lists; until they are there, lists of many blobs take longer');
    const make = async () => {
      for (const index of LIST_INDEXES) await makeIndex(database, index, signal);
    };
    await until(areMade, make, signal);
    await fillEdges(database, signal);
    const drop = async () => {
      for (const name of REPLACED)
        await database.maintain(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`, signal);
    };
    await until(areGone, drop, signal);
    logger.info('indexes of lists are made');
  },
});
