import type { SqlDatabase, SqlValue } from '../../../platform/sql/database.ts';
import type { IndexEntry } from '../documents.ts';
import { ENTRY_COLUMNS, type EntryRow, entryFrom } from './rows.postgres.ts';
import type { DerivedRequest, PlaceRequest } from './store.ts';

/** Collects `$n` parameters while a statement is put together. */
export class Parameters {
  readonly values: SqlValue[] = [];

  /** The placeholder of a value. */
  add(value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** For each parent the newest children, read from the index on (parent, time): never more rows than asked for. */
export async function derivedRows<Row extends object>(
  database: SqlDatabase,
  columns: string,
  userId: string,
  parentIds: readonly string[],
  { limit, after, processorIds }: DerivedRequest,
): Promise<(Row & { for_parent: string })[]> {
  const parameters = new Parameters();
  const behind = after
    ? `AND (s.child_created_at, s.child_id) < (${parameters.add(after.createdAt)}, ${parameters.add(after.id)})`
    : '';
  const of = processorIds ? `AND s.child_processor_id = ANY(${parameters.add([...processorIds])})` : '';
  return database.query<Row & { for_parent: string }>(
    `SELECT p.id AS for_parent, ${columns}
     FROM (SELECT DISTINCT unnest(${parameters.add([...parentIds])}::text[])) AS p(id)
     CROSS JOIN LATERAL (
       SELECT s.child_id, s.child_created_at FROM blob_sources s
       WHERE s.user_id = ${parameters.add(userId)} AND s.parent_id = p.id ${of} ${behind}
       ORDER BY s.child_created_at DESC, s.child_id DESC LIMIT ${parameters.add(limit)}
     ) c
     JOIN blob_index e ON e.id = c.child_id
     ORDER BY p.id, c.child_created_at DESC, c.child_id DESC`,
    parameters.values,
  );
}

export const PLACES = { bookId: 'book_id', conversationId: 'conversation_id' } as const;

/** For each place its newest entries, read from the index on (place, time). */
export async function inPlaces(
  database: SqlDatabase,
  userId: string,
  placeIds: readonly string[],
  { place, processorIds, limit, after }: PlaceRequest,
): Promise<Map<string, IndexEntry[]>> {
  const parameters = new Parameters();
  const of = processorIds ? `AND i.processor_id = ANY(${parameters.add([...processorIds])})` : '';
  const behind = after
    ? `AND (i.created_at, i.id) < (${parameters.add(after.createdAt)}, ${parameters.add(after.id)})`
    : '';
  const rows = await database.query<EntryRow & { for_parent: string }>(
    `SELECT p.id AS for_parent, ${ENTRY_COLUMNS}
     FROM (SELECT DISTINCT unnest(${parameters.add([...placeIds])}::text[])) AS p(id)
     CROSS JOIN LATERAL (
       SELECT * FROM blob_index i WHERE i.user_id = ${parameters.add(userId)} AND i.${PLACES[place]} = p.id ${of} ${behind}
       ORDER BY i.created_at DESC, i.id DESC LIMIT ${parameters.add(limit)}
     ) e
     ORDER BY p.id, e.created_at DESC, e.id DESC`,
    parameters.values,
  );
  return grouped(rows, entryFrom);
}

export function grouped<Row extends { for_parent: string }, T>(
  rows: readonly Row[],
  value: (row: Row) => T,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.for_parent);
    if (group) group.push(value(row));
    else groups.set(row.for_parent, [value(row)]);
  }
  return groups;
}
