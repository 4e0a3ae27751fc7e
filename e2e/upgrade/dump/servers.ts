import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { createPgliteDataDir } from '../../../platform/sql/pglite-files.ts';
import { openPgliteInstance } from '../../../platform/sql/pglite-instance.ts';
import { dumpDatabase } from './postgres.ts';

/** Statements by database name. */
export type Databases = ReadonlyMap<string, string>;

/** Folder of the embedded PostgreSQL in a data directory. */
const filesOf = (dataDir: string): string => join(dataDir, 'postgres', 'pgdata');

async function inEmbedded<T>(
  dataDir: string,
  work: (instance: Awaited<ReturnType<typeof openPgliteInstance>>) => Promise<T>,
): Promise<T> {
  const instance = await openPgliteInstance(filesOf(dataDir));
  try {
    return await work(instance);
  } finally {
    await instance.close();
  }
}

/** Dumps all databases of the embedded PostgreSQL in a data directory, which no process may have open. */
export const dumpEmbedded = (dataDir: string): Promise<Databases> =>
  inEmbedded(dataDir, async (instance) => {
    const { rows } = await instance.query(
      'public',
      `SELECT nspname AS name FROM pg_namespace
       WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema') ORDER BY 1`,
      [],
    );
    const databases = new Map<string, string>();
    for (const { name } of rows as { name: string }[])
      databases.set(name, await dumpDatabase(async (text) => (await instance.query(name, text, [])).rows));
    return databases;
  });

/** Creates the embedded PostgreSQL in a data directory, with these databases. */
export async function loadEmbedded(dataDir: string, databases: Databases): Promise<void> {
  await mkdir(dirname(filesOf(dataDir)), { recursive: true });
  await createPgliteDataDir(filesOf(dataDir));
  await inEmbedded(dataDir, async (instance) => {
    for (const [name, statements] of databases) {
      await instance.script('public', `CREATE SCHEMA "${name}"`);
      await instance.script(name, statements);
    }
  });
}

async function inDatabase<T>(url: string, name: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const address = new URL(url);
  address.pathname = `/${name}`;
  const client = new pg.Client(address.href);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Dumps all databases of an installation on a server. */
export async function dumpServer(url: string, namespace: string): Promise<Databases> {
  const prefix = `${namespace}_`;
  const names = await inDatabase(url, 'postgres', async (client) => {
    const text = 'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1) ORDER BY 1';
    return (await client.query<{ name: string }>(text, [prefix])).rows.map(({ name }) => name);
  });
  const databases = new Map<string, string>();
  for (const name of names)
    await inDatabase(url, name, async (client) => {
      const ask = async (text: string) => (await client.query<object>(text)).rows;
      databases.set(name.slice(prefix.length), await dumpDatabase(ask));
    });
  return databases;
}

/** Creates the databases of an installation on a server. */
export async function loadServer(url: string, namespace: string, databases: Databases): Promise<void> {
  for (const [database, statements] of databases) {
    const name = `${namespace}_${database}`;
    await inDatabase(url, 'postgres', (client) => client.query(`CREATE DATABASE "${name}"`));
    await inDatabase(url, name, (client) => client.query(statements));
  }
}
