import pg from 'pg';
import type { Logger } from 'pino';
import {
  type SqlDatabase,
  type SqlServer,
  type SqlValue,
  statementError,
  UNIQUE_VIOLATION,
} from './database.ts';
import {
  applyMigrations,
  type RunTransaction,
  SCRIPT_TIMEOUT_MS,
  type ScriptExecutor,
} from './migrations.ts';
import { assertDatabaseName } from './names.ts';
import { StatementNames } from './statement-names.ts';

export interface PgOptions {
  /** `postgres://user:password@host:port/database`; the database named here is used to create the others. */
  readonly url: string;
  /** Put before every database's name. Default `blobgraph_`. */
  readonly databasePrefix?: string;
  /** Connections to one database at most. Default 10. */
  readonly maxConnections?: number;
  /** Wait for a connection, whether to be made or to become free. Default 5,000 ms. */
  readonly connectionTimeoutMs?: number;
  /** Time limit of a statement, and of a transaction that does nothing. Default 30,000 ms. */
  readonly statementTimeoutMs?: number;
  /** Told when a connection is lost. */
  readonly logger: Pick<Logger, 'warn'>;
}

const DUPLICATE_DATABASE = '42P04';
/** How much longer than the server's own limit we wait for its answer before the connection counts as dead. */
const ANSWER_GRACE_MS = 5_000;
/** Making an index of a large table takes minutes, and does not keep anybody waiting. */
const MAINTENANCE_TIMEOUT_MS = 86_400_000;
/** Any fixed number that is not that of migrations: advisory locks are per database. */
const MAINTENANCE_KEY = 7_205_760;

const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

const sqlState = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError ? error.code : undefined;

/** True when the server refused a statement and the connection is as good as before. */
function leavesConnectionUsable(error: unknown): boolean {
  const state = sqlState(error);
  // Classes 08 and 57P: the connection or the server goes away.
  return state !== undefined && !state.startsWith('08') && !state.startsWith('57P');
}

/** The driver takes the time limit per query, too; its types do not know it. */
const withTimeout = (text: string, ms: number): pg.QueryConfig & { query_timeout: number } => ({
  text,
  query_timeout: ms,
});

type Run = <T>(work: (client: pg.ClientBase) => Promise<T>) => Promise<T>;

/** `names`: of statements that are prepared; without, none is, since inside a transaction an outdated one fails it all. */
function executorOn(run: Run, names?: StatementNames): ScriptExecutor {
  const sendOnce = <Row extends object>(text: string, values: readonly SqlValue[], name?: string) =>
    run((client) => client.query<Row>({ text, values: [...values], ...(name && { name }) }));
  const send = async <Row extends object>(text: string, values: readonly SqlValue[] = []) => {
    try {
      return await sendOnce<Row>(text, values, names?.of(text)).catch((error: unknown) => {
        if (names?.forgetOutdated(text, error)) return sendOnce<Row>(text, values);
        throw error;
      });
    } catch (error) {
      throw statementError(error);
    }
  };
  return {
    query: async <Row extends object>(text: string, values?: readonly SqlValue[]) =>
      (await send<Row>(text, values)).rows,
    execute: async (text, values) => (await send(text, values)).rowCount ?? 0,
    script: async (text) => {
      await run((client) => client.query(withTimeout(text, SCRIPT_TIMEOUT_MS)));
    },
  };
}

async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    return await work(client);
  } catch (error) {
    broken = !leavesConnectionUsable(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    const { command } = await client.query('COMMIT');
    // The server answers the commit of a transaction with a failed statement by rolling back, without an error.
    if (command !== 'COMMIT')
      throw new Error('The transaction was rolled back: one of its statements failed');
    client.release();
    return result;
  } catch (error) {
    const broken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    client.release(broken);
    throw error;
  }
}

/** Runs `work` unless another session of the database is at such work. */
async function alone(client: pg.PoolClient, work: () => Promise<void>): Promise<boolean> {
  // Not waiting for the lock: what waits counts as a transaction, which making an index waits for.
  const lock = 'SELECT pg_try_advisory_lock($1) AS locked';
  const { rows } = await client.query<{ locked: boolean }>(lock, [MAINTENANCE_KEY]);
  if (!rows[0]?.locked) return false;
  try {
    await work();
    return true;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [MAINTENANCE_KEY]);
  }
}

function maintain(pool: pg.Pool, text: string, signal: AbortSignal): Promise<boolean> {
  return withClient(pool, async (client) => {
    signal.throwIfAborted();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const cancel = () => {
      // Without an answer, the statement goes on until it is done.
      pool.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid]).catch(() => undefined);
    };
    return alone(client, async () => {
      await client.query(`SET statement_timeout = ${MAINTENANCE_TIMEOUT_MS}`);
      signal.addEventListener('abort', cancel, { once: true });
      try {
        await client.query(withTimeout(text, MAINTENANCE_TIMEOUT_MS));
      } finally {
        signal.removeEventListener('abort', cancel);
        await client.query('RESET statement_timeout');
      }
    });
  });
}

function openDatabase(pool: pg.Pool): SqlDatabase {
  const transaction: RunTransaction = (work) =>
    inTransaction(pool, (client) => work(executorOn((run) => run(client))));
  const { query, execute } = executorOn((work) => withClient(pool, work), new StatementNames());
  return {
    query,
    execute,
    transaction: (work) => transaction(work),
    migrate: (steps) => applyMigrations(transaction, steps),
    maintain: (text, signal) => maintain(pool, text, signal),
    ping: async () => {
      await query('SELECT 1');
    },
  };
}

/** Creates the database when it is missing; of several processes that try at once, all succeed. */
async function ensureDatabase(client: pg.Client, name: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  if (rowCount) return;
  try {
    await client.query(`CREATE DATABASE "${name}" TEMPLATE template0 ENCODING 'UTF8'`);
  } catch (error) {
    const state = sqlState(error);
    if (state === DUPLICATE_DATABASE || state === UNIQUE_VIOLATION) return;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Database ${name} could not be created (${reason}): create it, or let the user of POSTGRES_URL create databases`,
      { cause: error },
    );
  }
}

async function connectAdmin(config: pg.ClientConfig, host: string): Promise<pg.Client> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    // A failed connection to several addresses of a host carries no message of its own.
    const reason = error instanceof Error && 'code' in error ? error.code : undefined;
    const message = error instanceof Error && error.message !== '' ? error.message : reason;
    throw new Error(`PostgreSQL at ${host} cannot be reached (${message}): check POSTGRES_URL`, {
      cause: error,
    });
  }
}

class PgServer implements SqlServer {
  readonly embedded = false;
  readonly #options: PgOptions;
  readonly #config: pg.ClientConfig;
  readonly #pools: pg.Pool[] = [];
  readonly #databases = new Map<string, Promise<SqlDatabase>>();

  constructor(options: PgOptions) {
    const { connectionTimeoutMs = 5_000, statementTimeoutMs = 30_000 } = options;
    this.#options = options;
    this.#config = {
      connectionString: options.url,
      application_name: 'blobgraph',
      connectionTimeoutMillis: connectionTimeoutMs,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
      keepAlive: true,
      types: typeParsers,
    };
  }

  async database(name: string): Promise<SqlDatabase> {
    assertDatabaseName(name);
    const known = this.#databases.get(name);
    if (known) return known;
    const { databasePrefix = 'blobgraph_' } = this.#options;
    const opening = this.#open(`${databasePrefix}${name}`);
    this.#databases.set(name, opening);
    opening.catch(() => this.#databases.delete(name));
    return opening;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#databases.values());
    await Promise.all(this.#pools.map((pool) => pool.end()));
  }

  /** Makes the database where it is missing. */
  async #open(name: string): Promise<SqlDatabase> {
    const url = new URL(this.#options.url);
    const admin = await connectAdmin(this.#config, url.host);
    try {
      await ensureDatabase(admin, name);
    } finally {
      await admin.end();
    }
    url.pathname = `/${name}`;
    const { maxConnections: max = 10, logger } = this.#options;
    const pool = new pg.Pool({ ...this.#config, connectionString: url.href, max });
    // Without listeners, the loss of a connection that runs no statement would end the process.
    const lost = (error: Error) => logger.warn({ err: error, database: name }, 'PostgreSQL connection lost');
    pool.on('error', lost);
    pool.on('connect', (client) => {
      client.on('error', lost);
      // A plan of its own for each call's values, as without being prepared: users differ in how much they have.
      client.query('SET plan_cache_mode = force_custom_plan').catch(lost);
    });
    this.#pools.push(pool);
    return openDatabase(pool);
  }
}

/** Databases on a PostgreSQL server (15 or later), one for each name. Connects when a database is asked for. */
export const openPgServer = (options: PgOptions): SqlServer => new PgServer(options);
