import type { SqlExecutor } from '../sql/database.ts';

/**
 * The database, or transaction, with `note` called before each of its statements; the statement fails when `note` does.
 * Statements inside of a database's transactions are not noted.
 */
export const observed = <Executor extends SqlExecutor>(
  executor: Executor,
  note: (text: string) => void,
): Executor => ({
  ...executor,
  async query<Row extends object>(...statement: Parameters<SqlExecutor['query']>) {
    note(statement[0]);
    return executor.query<Row>(...statement);
  },
  async execute(...statement: Parameters<SqlExecutor['execute']>) {
    note(statement[0]);
    return executor.execute(...statement);
  },
});
