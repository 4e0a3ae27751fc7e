import type { SqlDatabase, SqlValue } from '../../../../../platform/sql/database.ts';

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
