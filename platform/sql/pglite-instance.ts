import { PGlite, types } from '@electric-sql/pglite';
import type { SqlValue } from './database.ts';
import { pgliteTemplate } from './pglite-files.ts';
import { type PgliteResult, PreparedStatements } from './pglite-statements.ts';

/** The one connection of an embedded PostgreSQL. It takes one call at a time; `schema` is what names are sought in. */
export interface PgliteInstance {
  /** Runs one statement with `$1` placeholders. @throws PGlite's error, with the SQLSTATE in `code` */
  query(schema: string, text: string, values: readonly SqlValue[]): Promise<PgliteResult>;
  /** Runs statements separated by semicolons, without parameters. */
  script(schema: string, text: string): Promise<void>;
  /** To be called once, when no call is running. */
  close(): Promise<void>;
}

/** Set on the instance: per statement, they would be merged with hundreds of others each time. */
const PARSERS = { [types.INT8]: Number };

/**
 * How PostgreSQL is started. Its own cache is 128 MB by default, all of it resident as soon as it opens; behind a smaller
 * one stands the file cache of the operating system. Prepared statements are planned for each call's values, as without being
 * prepared: users differ in how much they have.
 */
const SETTINGS = ['shared_buffers=32MB', 'plan_cache_mode=force_custom_plan'];
const START = [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])];

/** Opens an instance in this thread. `files`: PostgreSQL's data folder; absent: in memory, gone at `close`. */
export async function openPgliteInstance(files?: string): Promise<PgliteInstance> {
  const options = { parsers: PARSERS, startParams: START };
  const instance =
    files === undefined
      ? await PGlite.create({ ...options, loadDataDir: await pgliteTemplate() })
      : await PGlite.create(files, options);
  const statements = new PreparedStatements(instance);
  let current: string | undefined;

  async function use(schema: string): Promise<void> {
    if (current === schema) return;
    current = undefined;
    await instance.exec(`SET search_path TO "${schema}"`);
    current = schema;
  }

  return {
    async query(schema, text, values) {
      await use(schema);
      return statements.query(schema, text, values);
    },
    async script(schema, text) {
      await use(schema);
      await instance.exec(text);
    },
    close: () => instance.close(),
  };
}
