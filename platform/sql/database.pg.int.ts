import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { isUnavailable } from '../errors/unavailable.ts';
import { services } from '../testing/services.ts';
import { sqlContract } from './database.contract.ts';
import { openPgServer, type PgOptions } from './database.pg.ts';
import type { SqlServer } from './database.ts';

const { postgresUrl } = services();
const databasePrefix = `test_${randomBytes(4).toString('hex')}_`;
const logger = { warn: () => undefined };
const open = (options: Partial<PgOptions> = {}) =>
  openPgServer({ url: postgresUrl, databasePrefix, logger, ...options });

async function asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(postgresUrl);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const connectionsTo = (name: string) =>
  asAdmin(async (client) => {
    const { rows } = await client.query('SELECT pid FROM pg_stat_activity WHERE datname = $1', [
      `${databasePrefix}${name}`,
    ]);
    return rows.map((row) => Number(row.pid));
  });

afterAll(() =>
  asAdmin(async (client) => {
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname LIKE $1', [
      `${databasePrefix.replaceAll('_', '\\_')}%`,
    ]);
    for (const { datname } of rows) await client.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
  }),
);

sqlContract('PostgreSQL', async () => open());

describe('PostgreSQL server', () => {
  async function withServer(work: (server: SqlServer) => Promise<void>, options: Partial<PgOptions> = {}) {
    const server = open(options);
    try {
      await work(server);
    } finally {
      await server.close();
    }
  }

  it('creates a database once when several processes ask for it at the same time', async () => {
    const servers = Array.from({ length: 6 }, () => open());
    const databases = await Promise.all(servers.map((server) => server.database('raced')));
    await Promise.all(
      databases.map((database) => database.migrate(['CREATE TABLE t (id int4)', 'INSERT INTO t VALUES (1)'])),
    );
    expect(await databases[0]?.query('SELECT * FROM t')).toEqual([{ id: 1 }]);
    await Promise.all(servers.map((server) => server.close()));
  });

  it('serialises transactions that lock the same row, on connections of their own', () =>
    withServer(async (server) => {
      const database = await server.database('locked');
      await database.migrate(['CREATE TABLE counters (value int4); INSERT INTO counters VALUES (0)']);
      await Promise.all(
        Array.from({ length: 20 }, () =>
          database.transaction(async (tx) => {
            const [row] = await tx.query<{ value: number }>('SELECT value FROM counters FOR UPDATE');
            await tx.execute('UPDATE counters SET value = $1', [(row?.value ?? 0) + 1]);
          }),
        ),
      );
      expect(await database.query('SELECT value FROM counters')).toEqual([{ value: 20 }]);
    }));

  it('keeps its connections through refused statements', () =>
    withServer(
      async (server) => {
        const database = await server.database('refusals');
        await database.ping();
        const before = await connectionsTo('refusals');
        for (const _ of [1, 2, 3])
          await expect(database.query('SELECT nonsense')).rejects.toMatchObject({ code: '42703' });
        expect(await connectionsTo('refusals')).toEqual(before);
      },
      { maxConnections: 1 },
    ));

  it('ends a statement at its time limit, and gives up waiting for a connection', () =>
    withServer(
      async (server) => {
        const database = await server.database('limits');
        const slow = database.query('SELECT pg_sleep(60)');
        const kept = expect(slow).rejects.toMatchObject({ code: '57014' });
        const refused = await database.query('SELECT 1').catch((error: unknown) => error);
        expect(isUnavailable(refused)).toBe(true);
        await kept;
        expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      },
      { maxConnections: 1, connectionTimeoutMs: 300, statementTimeoutMs: 1_500 },
    ));

  it('survives the loss of its connections, idle and inside a transaction', () =>
    withServer(async (server) => {
      const database = await server.database('lost');
      const drop = async () => {
        const pids = await connectionsTo('lost');
        await asAdmin((client) =>
          client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int4[]) pid', [pids]),
        );
      };
      await database.ping();
      await drop();
      const work = database.transaction(async (tx) => {
        await tx.query('SELECT 1');
        await drop();
        await tx.query('SELECT 1');
      });
      await expect(work).rejects.toThrow();
      await expect.poll(() => database.query('SELECT 1 AS one').catch(() => [])).toEqual([{ one: 1 }]);
    }));

  it('says which server cannot be reached, without the password', async () => {
    const listener: Server = createServer((socket: Socket) => socket.destroy());
    const port = await new Promise<number>((resolve) => {
      listener.listen(0, '127.0.0.1', () => {
        const address = listener.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    await new Promise((resolve) => listener.close(resolve));
    await withServer(
      async (server) => {
        const refused = await server.database('any').catch((error: Error) => error.message);
        expect(refused).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} cannot be reached .*POSTGRES_URL`));
        expect(refused).not.toContain('hunter2');
      },
      { url: `postgres://someone:hunter2@127.0.0.1:${port}/postgres` },
    );
  });
});
