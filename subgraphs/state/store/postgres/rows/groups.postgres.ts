import type { SqlValue } from '../../../../../platform/sql/database.ts';

/** Collects the parameters of a statement. */
export class Parameters {
  readonly values: SqlValue[] = [];

  /** Adds a value. @returns its placeholder, e.g. `$1` */
  add(value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

export const PLACES = { bookId: 'book_id', conversationId: 'conversation_id' } as const;

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
