import { BlobgraphError } from '../errors/errors.ts';
import { StartersFault } from '../process/exit.ts';

/** A value that a SQL parameter may take. Objects and arrays must be passed as JSON text to `jsonb` columns. */
export type SqlValue = string | number | boolean | bigint | Date | Uint8Array | null | readonly string[];

/**
 * Runs statements in PostgreSQL's dialect with `$1` placeholders.
 *
 * Column types come back the same from every adapter: `int8` as number (it must stay below 2^53), `numeric`
 * as string, `json` and `jsonb` parsed, `timestamptz` as `Date`, `bytea` as `Uint8Array`.
 */
export interface SqlExecutor {
  /**
   * Rows of a statement.
   * @throws BlobgraphError TEXT_MALFORMED for a text with NUL, VALIDATION_FAILED for a date out of range; else the
   * driver's error, with the SQLSTATE in `code`
   */
  query<Row extends object>(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** The number of rows that a statement changed. @throws like {@link query} */
  execute(text: string, values?: readonly SqlValue[]): Promise<number>;
}

/**
 * One subgraph's own PostgreSQL: a database on a server, a schema in the embedded instance. Table names are
 * unqualified; the adapter sets the search path.
 */
export interface SqlDatabase extends SqlExecutor {
  /**
   * Runs `work` in one transaction: commits when it resolves, rolls back when it rejects.
   * Nothing but `tx` may be awaited inside: the embedded adapter has one connection, and anything else that
   * waits for it there would wait for ever.
   */
  transaction<T>(work: (tx: SqlExecutor) => Promise<T>): Promise<T>;
  /**
   * Applies the steps that were not applied yet, in order, each in its transaction, one process at a time.
   * Step n is the n-th of the list; steps are only ever appended.
   */
  migrate(steps: readonly string[]): Promise<void>;
  /**
   * Runs one statement outside of a transaction, for as long as it needs, e.g. `CREATE INDEX CONCURRENTLY`. False, and
   * not run, while another process of the database is at one: two such would wait for each other.
   * @throws the driver's error when it fails; on a server also when `signal` aborts, which cancels it there
   */
  maintain(text: string, signal: AbortSignal): Promise<boolean>;
  /** Resolves when the database answers. @throws when it does not */
  ping(): Promise<void>;
}

/** The databases of one PostgreSQL: a server, or the embedded instance. */
export interface SqlServer {
  /** True when the data is held in this process, in `DATA_DIR`. */
  readonly embedded: boolean;
  /** The database called `name` (letters, digits, underscores), made when missing; cached per name. */
  database(name: string): Promise<SqlDatabase>;
  /** Waits for what is running; what is asked for later rejects. */
  close(): Promise<void>;
}

/** SQLSTATE of a unique violation, the same in every adapter. */
export const UNIQUE_VIOLATION = '23505';

/**
 * SQLSTATEs of a statement that was prepared and may have to be prepared anew: its table has other columns now, or the session let go of
 * it. Nothing of a statement that failed stays.
 */
export const OUTDATED = /^(?:0A000|26000|42...)$/;

const NUL = {
  code: 'TEXT_MALFORMED',
  message: 'A value holds the character NUL (U+0000), which no stored text holds. Remove it.',
} as const;
const DATE = { code: 'VALIDATION_FAILED', message: 'A date is not one of the years 1 to 9999.' } as const;

/** Faults of values that no column takes, by SQLSTATE: the caller's to mend, also where they are only sought. */
const unusable = new Map<unknown, typeof NUL | typeof DATE>([
  ['22021', NUL],
  ['22P05', NUL],
  ['22007', DATE],
  ['22008', DATE],
  ['22009', DATE],
]);

/** A failed statement's error. */
export function statementError(error: unknown): unknown {
  const fault = unusable.get((error as { code?: unknown }).code);
  return fault ? new BlobgraphError(fault.code, fault.message, { cause: error }) : error;
}

/** Another process, alive, has the data directory open. */
export class DataDirLocked extends StartersFault {
  override readonly name = 'DataDirLocked';
}
