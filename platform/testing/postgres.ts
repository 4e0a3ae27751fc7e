import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openPgServer } from '../sql/database.pg.ts';
import type { SqlServer } from '../sql/database.ts';
import { services } from './services.ts';

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
  } finally {
    await client.end();
  }
}

/** Databases of one test on the real PostgreSQL, under names of their own; closing drops them. */
export function openTemporaryPostgres(): SqlServer {
  const { postgresUrl } = services();
  const databasePrefix = `test_${randomBytes(6).toString('hex')}_`;
  const server = openPgServer({ url: postgresUrl, databasePrefix, logger: { warn: () => undefined } });
  return {
    embedded: false,
    database: (name) => server.database(name),
    async close() {
      await server.close();
      await dropDatabases(postgresUrl, databasePrefix);
    },
  };
}
