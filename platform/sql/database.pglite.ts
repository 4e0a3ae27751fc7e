import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { PGlite, type Transaction, types } from '@electric-sql/pglite';
import type { Logger } from 'pino';
import { type FileLock, FileLocked, lockFile } from '../file-lock.ts';
import {
  DataDirLocked,
  type SqlDatabase,
  type SqlServer,
  type SqlValue,
  statementError,
} from './database.ts';
import { applyMigrations, type RunTransaction, type ScriptExecutor } from './migrations.ts';
import { assertDatabaseName } from './names.ts';
import { createPgliteDataDir, pgliteTemplate } from './pglite-files.ts';

export interface PgliteOptions {
  /** The folder that holds the data; made when missing. Absent: in memory, gone at `close`. */
  readonly dataDir?: string;
  readonly logger?: Pick<Logger, 'info'>;
}

/** What a statement is run on: the instance, or its open transaction. */
type Connection = Pick<PGlite, 'query' | 'exec'>;

/** Of the instance: given with a statement, they would be merged with hundreds of others each time. */
const PARSERS = { [types.INT8]: Number };

function executorOn(run: <T>(work: (on: Connection) => Promise<T>) => Promise<T>): ScriptExecutor {
  const send = <Row>(text: string, values: readonly SqlValue[] = []) =>
    run((on) => on.query<Row>(text, [...values])).catch((error: unknown) => {
      throw statementError(error);
    });
  return {
    query: async <Row extends object>(text: string, values?: readonly SqlValue[]) =>
      (await send<Row>(text, values)).rows,
    execute: async (text, values) => (await send(text, values)).affectedRows ?? 0,
    script: async (text) => {
      await run((on) => on.exec(text));
    },
  };
}

/** The one connection of the instance: work is done strictly one after the other, each under its schema. */
class Session {
  readonly #instance: PGlite;
  #schema: string | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #closing = false;
  /** Whether the code that runs now was called from inside a transaction that is still open. */
  readonly #transaction = new AsyncLocalStorage<{ open: boolean }>();

  constructor(instance: PGlite) {
    this.#instance = instance;
  }

  run<T>(schema: string, work: (instance: PGlite) => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(new Error('The embedded PostgreSQL is closed'));
    if (this.#transaction.getStore()?.open)
      return Promise.reject(
        new Error('A statement outside the open transaction would wait for it for ever: use the transaction'),
      );
    const turn = this.#tail.then(async () => {
      await this.#use(schema);
      return work(this.#instance);
    });
    // Statements run to their end without letting go of the event loop: whoever waits there has a turn in between.
    this.#tail = turn.catch(() => undefined).then(() => breathe());
    return turn;
  }

  transaction<T>(schema: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.run(schema, (instance) =>
      instance.transaction(async (tx) => {
        const scope = { open: true };
        try {
          return await this.#transaction.run(scope, () => work(tx));
        } finally {
          scope.open = false;
        }
      }),
    );
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#tail;
    if (!this.#instance.closed) await this.#instance.close();
  }

  async #use(schema: string): Promise<void> {
    if (this.#schema === schema) return;
    this.#schema = undefined;
    await this.#instance.exec(`SET search_path TO "${schema}"`);
    this.#schema = schema;
  }
}

async function openDatabase(session: Session, schema: string): Promise<SqlDatabase> {
  await session.run(schema, (instance) => instance.exec(`CREATE SCHEMA IF NOT EXISTS "${schema}"`));
  const transaction: RunTransaction = (work) =>
    session.transaction(schema, (tx) => work(executorOn((run) => run(tx))));
  const { query, execute } = executorOn((run) => session.run(schema, run));
  return {
    query,
    execute,
    transaction: (work) => transaction(work),
    migrate: (steps) => applyMigrations(transaction, steps),
    ping: async () => {
      await query('SELECT 1');
    },
  };
}

async function openInstance({ dataDir, logger }: PgliteOptions): Promise<PGlite> {
  if (dataDir === undefined) return PGlite.create({ parsers: PARSERS, loadDataDir: await pgliteTemplate() });
  const files = join(dataDir, 'pgdata');
  if (!existsSync(files)) {
    logger?.info({ dataDir }, 'making the embedded PostgreSQL, which takes some seconds');
    await createPgliteDataDir(files);
  }
  return PGlite.create(files, { parsers: PARSERS });
}

function lockDataDir(dataDir: string): FileLock {
  mkdirSync(dataDir, { recursive: true });
  try {
    return lockFile(join(dataDir, 'pgdata.lock'));
  } catch (error) {
    if (!(error instanceof FileLocked)) throw error;
    throw new DataDirLocked(
      `The data directory ${dataDir} is in use by process ${error.pid} since ${error.since}: ` +
        'stop that process, or set DATA_DIR to another folder',
    );
  }
}

/**
 * Opens the embedded PostgreSQL: one instance, one connection, one schema per database. What a commit
 * acknowledged survives the end of the process at any point, `kill -9` included; PGlite does not `fsync`, so a
 * power cut may lose the last seconds.
 * @throws DataDirLocked when another process has `dataDir` open
 */
export async function openPglite(options: PgliteOptions = {}): Promise<SqlServer> {
  const { dataDir } = options;
  const lock = dataDir === undefined ? undefined : lockDataDir(dataDir);
  try {
    const session = new Session(await openInstance(options));
    const databases = new Map<string, Promise<SqlDatabase>>();
    return {
      embedded: true,
      database: async (name) => {
        assertDatabaseName(name);
        const database = databases.get(name) ?? openDatabase(session, name);
        databases.set(name, database);
        return database;
      },
      close: async () => {
        await session.close();
        lock?.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}
