import type { ChildTable, RecordsDefinition } from '../records.ts';
import { columnTypes, ownColumns, quoted } from './columns.ts';

/** Long texts are stored uncompressed: the embedded PostgreSQL compresses on the event loop. */
const uncompressed = (table: string, columns: readonly (readonly [string, string])[]): string =>
  columns
    .filter(([, kind]) => kind === 'text' || kind === 'json')
    .map(([name]) => `ALTER TABLE ${quoted(table)} ALTER COLUMN ${quoted(name)} SET STORAGE EXTERNAL;`)
    .join('\n');

const lines = (columns: readonly (readonly [string, keyof typeof columnTypes])[]): string =>
  columns.map(([name, kind]) => `${quoted(name)} ${columnTypes[kind]},`).join('\n  ');

function childTable(table: string, child: ChildTable): string {
  const columns = Object.entries(child.columns);
  return `
CREATE TABLE ${quoted(child.table)} (
  id uuid PRIMARY KEY,
  ${quoted(child.parent)} uuid NOT NULL REFERENCES ${quoted(table)} (id) ON DELETE CASCADE,
  ${lines(columns)}
  UNIQUE (${quoted(child.parent)}, ${quoted(child.order)})
);
${uncompressed(child.table, columns)}`;
}

/** The indexes that every table of records has. */
const recordIndexes = (table: string): string => `
CREATE INDEX ${table}_by_time ON ${quoted(table)} (user_id, created_at, id);
CREATE INDEX ${table}_to_register ON ${quoted(table)} (register_at)
  WHERE registered_at IS NULL AND refusal IS NULL;`;

/** The table of the highest numbers that erased records had: no number is given twice. */
export const numbersTable = (name: string): string => `${name}_numbers`;

const createNumbers = (name: string): string => `
CREATE TABLE ${quoted(numbersTable(name))} (
  user_id text NOT NULL,
  -- The values of the members that the number is given within.
  of_values jsonb NOT NULL,
  number integer NOT NULL,
  PRIMARY KEY (user_id, of_values)
);`;

/** Makes a processor's tables. A pending blob has no content yet: no member of its own is NOT NULL. */
export function createTables(definition: RecordsDefinition): string {
  const { name, allocates, children = {} } = definition;
  const own = ownColumns(definition);
  const unique = allocates
    ? [`UNIQUE (user_id, ${[...allocates.within, allocates.member].map(quoted).join(', ')}),`]
    : [];
  return `
CREATE TABLE ${quoted(name)} (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  parent_blob_id text,
  source_blob_ids jsonb NOT NULL,
  generation integer NOT NULL,
  processor_version text NOT NULL,
  schema_version text NOT NULL,
  title text NOT NULL,
  preview text NOT NULL,
  -- Null while it is pending.
  content_hash text,
  size_bytes bigint NOT NULL,
  processing_time_ms integer NOT NULL,
  stale boolean NOT NULL DEFAULT false,
  ${lines(own)}
  ${unique.join('\n  ')}
  created_at timestamptz NOT NULL,
  on_demand boolean NOT NULL,
  input_hash text,
  command json,
  registered_at timestamptz,
  register_at timestamptz NOT NULL,
  register_attempts integer NOT NULL DEFAULT 0,
  -- Why the index permanently refuses it.
  refusal text
);
${uncompressed(name, own)}
${recordIndexes(name)}${allocates ? createNumbers(name) : ''}
${Object.values(children)
  .map((child) => childTable(name, child))
  .join('\n')}`;
}
