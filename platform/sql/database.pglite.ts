import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type SqlDatabase, type SqlServer, type SqlValue, statementError } from './database.ts';
import { applyMigrations, type RunTransaction, type ScriptExecutor } from './migrations.ts';
import { assertDatabaseName } from './names.ts';
import type { PgliteInstance } from './pglite-instance.ts';
import { lockDataDir } from './pglite-lock.ts';
import { openPgliteThread } from './pglite-thread.ts';

export interface PgliteOptions {
  /**
   * The folder that holds the data, made when missing; the database then has a thread of its own. Absent: in memory,
   * gone at `close`, and in this thread.
   */
  readonly dataDir?: string;
  /** Told when the folder is made. Default: nobody is. */
  readonly logger?: Pick<Logger, 'info'>;
}

/** One call of the instance, under the schema that it is for. */
type Call = <T>(work: (instance: PgliteInstance) => Promise<T>) => Promise<T>;

function executorOn(schema: string, run: Call): ScriptExecutor {
  const send = (text: string, values: readonly SqlValue[] = []) =>
    run((instance) => instance.query(schema, text, values)).catch((error: unknown) => {
      throw statementError(error);
    });
  return {
    query: async <Row extends object>(text: string, values?: readonly SqlValue[]) =>
      (await send(text, values)).rows as Row[],
    execute: async (text, values) => (await send(text, values)).affectedRows,
    script: (text) => run((instance) => instance.script(schema, text)),
  };
}

/** Gives each its turn at the one connection: strictly one after the other. */
class Session {
  readonly #instance: PgliteInstance;
  #tail: Promise<unknown> = Promise.resolve();
  #closing = false;
  /** Whether the code that runs now was called from inside a transaction that is still open. */
  readonly #transaction = new AsyncLocalStorage<{ open: boolean }>();

  constructor(instance: PgliteInstance) {
    this.#instance = instance;
  }

  run<T>(work: (instance: PgliteInstance) => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(new Error('The embedded PostgreSQL is closed'));
    if (this.#transaction.getStore()?.open)
      return Promise.reject(
        new Error('A statement outside the open transaction would wait for it for ever: use the transaction'),
      );
    const turn = this.#tail.then(() => work(this.#instance));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  transaction<T>(schema: string, work: (tx: ScriptExecutor) => Promise<T>): Promise<T> {
    return this.run(async (instance) => {
      const scope = { open: true };
      await instance.script(schema, 'BEGIN');
      try {
        const tx = executorOn(schema, (call) => call(instance));
        const result = await this.#transaction.run(scope, () => work(tx));
        // Committing a transaction with a failed statement would silently roll it back.
        await instance.script(schema, 'SELECT 1; COMMIT');
        return result;
      } catch (error) {
        await instance.script(schema, 'ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        scope.open = false;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#tail;
    await this.#instance.close();
  }
}

async function openDatabase(session: Session, schema: string): Promise<SqlDatabase> {
  await session.run((instance) => instance.script('public', `CREATE SCHEMA IF NOT EXISTS "${schema}"`));
  const transaction: RunTransaction = (work) => session.transaction(schema, work);
  const { query, execute } = executorOn(schema, (work) => session.run(work));
  return {
    query,
    execute,
    transaction: (work) => transaction(work),
    migrate: (steps) => applyMigrations(transaction, steps),
    maintain: async (text) => {
      await execute(text);
      return true;
    },
    ping: async () => {
      await query('SELECT 1');
    },
  };
}

async function openInstance({ dataDir, logger }: PgliteOptions): Promise<PgliteInstance> {
  if (dataDir === undefined) {
    // Loaded by the thread alone where it has one.
    const { openPgliteInstance } = await import('./pglite-instance.ts');
    return openPgliteInstance();
  }
  const files = join(dataDir, 'pgdata');
  if (!existsSync(files)) logger?.info({ dataDir }, 'making the embedded PostgreSQL');
  return openPgliteThread(files);
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
