import type { SqlDatabase } from '../../../platform/sql/database.ts';
import { KEPT_MS, MAX_OPERATIONS, type UsageStore, type UsedOperation } from './store.ts';

const RECORD = `
  INSERT INTO operation_usage AS kept (hash, name, kind, coordinates, types, count, last_seen_at)
  SELECT hash, name, kind, coordinates, types, count, last_seen_at FROM jsonb_to_recordset($1::jsonb)
    AS (hash text, name text, kind text, coordinates text[], types text[], count int8, last_seen_at timestamptz)
  ORDER BY hash
  ON CONFLICT (hash) DO UPDATE SET name = excluded.name, kind = excluded.kind, coordinates = excluded.coordinates,
    types = excluded.types, count = kept.count + excluded.count,
    last_seen_at = greatest(kept.last_seen_at, excluded.last_seen_at)`;

const FORGET_OLD = 'DELETE FROM operation_usage WHERE last_seen_at < $1';

const FORGET_MANY = `
  DELETE FROM operation_usage WHERE hash IN (
    SELECT hash FROM operation_usage ORDER BY last_seen_at DESC, hash OFFSET ${MAX_OPERATIONS})`;

const USING = `
  SELECT hash, name, count, last_seen_at AS "lastSeenAt",
    ARRAY(SELECT unnest(coordinates) INTERSECT SELECT unnest($1::text[])) AS coordinates,
    ARRAY(SELECT unnest(types) INTERSECT SELECT unnest($2::text[])) AS types
  FROM operation_usage WHERE coordinates && $1::text[] OR types && $2::text[]
  ORDER BY count DESC, hash`;

/** The types that coordinates are of. */
const typesOf = (coordinates: readonly string[]): string[] => [
  ...new Set(coordinates.map((coordinate) => coordinate.split('.')[0] ?? '')),
];

/** Its table is among the migrations of the registry's declarations. */
export const createPostgresUsageStore = (database: SqlDatabase): UsageStore => ({
  record: (operations, now) =>
    database.transaction(async (tx) => {
      // Two gateways report the same operations at once: in whichever order they were locked, one would wait for ever.
      await tx.execute('LOCK TABLE operation_usage IN SHARE ROW EXCLUSIVE MODE');
      const rows = operations.map((each) => ({ ...each, types: typesOf(each.coordinates) }));
      await tx.execute(RECORD, [JSON.stringify(rows)]);
      await tx.execute(FORGET_OLD, [new Date(now.getTime() - KEPT_MS)]);
      await tx.execute(FORGET_MANY);
    }),
  using: ({ coordinates, types }) => database.query<UsedOperation>(USING, [[...coordinates], [...types]]),
  async count() {
    const [row] = await database.query<{ count: number }>('SELECT count(*) AS count FROM operation_usage');
    return row?.count ?? 0;
  },
});
