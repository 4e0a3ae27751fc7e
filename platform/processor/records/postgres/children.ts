import type { SqlExecutor, SqlValue } from '../../../sql/database.ts';
import type { BlobRecord, NewRecord } from '../record.ts';
import { type ChildTable, type RecordsDefinition, type Wanted, wantedColumns } from '../records.ts';
import { columnTypes, quoted } from './columns.ts';

type Row = Readonly<Record<string, unknown>>;

async function insertRows(
  tx: SqlExecutor,
  id: string,
  child: ChildTable,
  rows: readonly Row[],
): Promise<void> {
  const columns = Object.entries(child.columns);
  const names = columns.map(([name]) => quoted(name));
  const typed = columns.map(([name, kind]) => `${quoted(name)} ${columnTypes[kind]}`);
  await tx.execute(
    `INSERT INTO ${quoted(child.table)} (id, ${quoted(child.parent)}, ${names.join(', ')})
     SELECT gen_random_uuid(), $1, ${names.map((name) => `c.${name}`).join(', ')}
     FROM json_to_recordset($2::json) AS c (${typed.join(', ')})`,
    [id, JSON.stringify(rows)],
  );
}

/** Stores the rows of a new record's lists, one statement a list. */
export async function insertChildren(
  tx: SqlExecutor,
  { children = {} }: RecordsDefinition,
  record: Pick<NewRecord, 'id' | 'beside'>,
): Promise<void> {
  for (const [name, child] of Object.entries(children)) {
    const rows = record.beside[name];
    if (Array.isArray(rows) && rows.length > 0) await insertRows(tx, record.id, child, rows as Row[]);
  }
}

async function rowsOf(
  tx: SqlExecutor,
  child: ChildTable,
  ids: readonly string[],
  columns: readonly string[],
) {
  const parent = quoted(child.parent);
  const values: SqlValue[] = [[...ids]];
  const rows = await tx.query<Row & { of_record: string }>(
    `SELECT ${parent} AS of_record, ${columns.map(quoted).join(', ')} FROM ${quoted(child.table)}
     WHERE ${parent} = ANY($1::uuid[]) ORDER BY ${parent}, ${quoted(child.order)}`,
    values,
  );
  const byRecord = new Map<string, Row[]>();
  for (const { of_record: id, ...row } of rows) {
    const known = byRecord.get(id);
    if (known) known.push(row);
    else byRecord.set(id, [row]);
  }
  return byRecord;
}

/** The records with their lists, as far as those are wanted: one query a list, whatever the number of records. */
export async function readChildren(
  tx: SqlExecutor,
  { children = {} }: RecordsDefinition,
  records: BlobRecord[],
  wanted: Wanted,
): Promise<BlobRecord[]> {
  let read = records;
  for (const [name, child] of Object.entries(children)) {
    const columns = wantedColumns(wanted, name, child);
    if (columns.length === 0 || records.length === 0) continue;
    const rows = await rowsOf(
      tx,
      child,
      records.map(({ id }) => id),
      columns,
    );
    read = read.map((record) => ({
      ...record,
      beside: { ...record.beside, [name]: rows.get(record.id) ?? [] },
    }));
  }
  return read;
}
