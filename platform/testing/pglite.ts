import { openPglite } from '../sql/database.pglite.ts';
import type { SqlServer } from '../sql/database.ts';

/** Opening one takes most of a second: the tests of a process share it, each under names of its own. */
let shared: Promise<SqlServer> | undefined;
let opened = 0;

/** Databases of one test on an embedded PostgreSQL in memory; closing drops them. */
export async function openTemporaryPglite(): Promise<SqlServer> {
  shared ??= openPglite();
  const server = await shared;
  const suffix = `_${++opened}`;
  const names = new Set<string>();
  return {
    embedded: true,
    database(name) {
      names.add(name);
      return server.database(`${name}${suffix}`);
    },
    async close() {
      const maintenance = await server.database('maintenance');
      for (const name of names) await maintenance.execute(`DROP SCHEMA IF EXISTS "${name}${suffix}" CASCADE`);
    },
  };
}
