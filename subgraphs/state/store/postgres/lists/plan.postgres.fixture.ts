import type { SqlDatabase, SqlServer, SqlValue } from '../../../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../../../platform/testing/pglite.ts';
import { createPostgresStateStore } from '../store.postgres.ts';

/** Milliseconds for filling a database: a busy machine takes a while for so many entries. */
export const SEEDED_WITHIN_MS = 300_000;

/** Numbers `i` with a time `at` for each, a second after the one before: `FROM` of a seed. */
export const numbered = (first: number, last: number): string => `
  (SELECT i, '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 second' AS at
    FROM generate_series(${first}, ${last}) i) numbered`;

/** A database of the state that statements have filled, past the triggers. */
export async function seeded(
  ...statements: readonly string[]
): Promise<{ readonly server: SqlServer; readonly database: SqlDatabase }> {
  const server = await openTemporaryPglite();
  const database = await server.database('plans');
  await createPostgresStateStore(database).prepare();
  await database.execute('ALTER TABLE blob_index DISABLE TRIGGER USER');
  for (const statement of statements) await database.execute(statement);
  return { server, database };
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** A step of the server's plan. */
export interface Step {
  readonly type: string;
  /** Rows that it gave. */
  readonly rows: number;
  /** Rows that it read in vain. */
  readonly removed: number;
}

const stepsOf = (plan: Plan): Step[] => [
  {
    type: plan['Node Type'],
    rows: plan['Actual Rows'] * plan['Actual Loops'],
    removed: (plan['Rows Removed by Filter'] ?? 0) * plan['Actual Loops'],
  },
  ...(plan.Plans ?? []).flatMap(stepsOf),
];

/** The plans of each statement of a read. The statements return no rows. */
export async function explain(
  database: SqlDatabase,
  read: (database: SqlDatabase) => Promise<unknown>,
): Promise<Step[][]> {
  const statements: Step[][] = [];
  const query = async (text: string, values: readonly SqlValue[] = []) => {
    const [row] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    statements.push((row?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => stepsOf(Plan)));
    return [];
  };
  await read({ ...database, query });
  return statements;
}
