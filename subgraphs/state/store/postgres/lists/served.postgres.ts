import type { SqlDatabase } from '../../../../../platform/sql/database.ts';

/** Whether the upkeep has built these indexes; then they stay. Without them, each look would read the whole table. */
export function untilServed(
  database: SqlDatabase,
  indexes: readonly { readonly name: string }[],
): () => Promise<boolean> {
  let served = false;
  return async () => {
    if (served) return true;
    const made = await database.query<{ name: string }>(
      `SELECT indexrelid::regclass::text AS name FROM pg_index
       WHERE indrelid = 'blob_index'::regclass AND indisvalid AND indexrelid::regclass::text = ANY($1)`,
      [indexes.map(({ name }) => name)],
    );
    served = made.length === indexes.length;
    return served;
  };
}
