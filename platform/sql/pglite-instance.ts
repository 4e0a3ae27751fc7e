import { PGlite, types } from '@electric-sql/pglite';
import type { SqlValue } from './database.ts';
import { pgliteTemplate } from './pglite-files.ts';

/** The one connection of an embedded PostgreSQL. It takes one call at a time; `schema` is what names are sought in. */
export interface PgliteInstance {
  query(schema: string, text: string, values: readonly SqlValue[]): Promise<PgliteResult>;
  /** Runs statements separated by semicolons, without parameters. */
  script(schema: string, text: string): Promise<void>;
  close(): Promise<void>;
}

export interface PgliteResult {
  readonly rows: readonly object[];
  readonly affectedRows: number;
}

/** Of the instance: given with a statement, they would be merged with hundreds of others each time. */
const PARSERS = { [types.INT8]: Number };

/** Opens an instance in this thread. `files`: PostgreSQL's data folder; absent: in memory, gone at `close`. */
export async function openPgliteInstance(files?: string): Promise<PgliteInstance> {
  const instance =
    files === undefined
      ? await PGlite.create({ parsers: PARSERS, loadDataDir: await pgliteTemplate() })
      : await PGlite.create(files, { parsers: PARSERS });
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
      const { rows, affectedRows = 0 } = await instance.query<object>(text, [...values]);
      return { rows, affectedRows };
    },
    async script(schema, text) {
      await use(schema);
      await instance.exec(text);
    },
    close: () => instance.close(),
  };
}
