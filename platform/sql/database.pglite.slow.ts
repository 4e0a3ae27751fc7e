import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtFile } from '../process/paths.ts';
import { sqlContract } from './database.contract.ts';
import { openPglite } from './database.pglite.ts';
import { DataDirLocked } from './database.ts';

sqlContract('PGlite in memory', () => openPglite());

const kept = mkdtempSync(join(tmpdir(), 'blobgraph-pglite-'));
afterAll(() => rmSync(kept, { recursive: true, force: true }));
sqlContract('PGlite in a folder', () => openPglite({ dataDir: kept }));

describe('embedded PostgreSQL', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'blobgraph-pglite-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('has the data after a restart, and leaves no lock', async () => {
    const first = await openPglite({ dataDir });
    const written = await first.database('kept');
    await written.migrate(['CREATE TABLE t (id int4); INSERT INTO t VALUES (7)']);
    await first.close();
    expect(readdirSync(dataDir)).toEqual(['pgdata']);
    const second = await openPglite({ dataDir });
    expect(await (await second.database('kept')).query('SELECT * FROM t')).toEqual([{ id: 7 }]);
    await second.close();
  });

  it('says why it cannot be opened, and leaves no lock', async () => {
    mkdirSync(join(dataDir, 'pgdata'));
    writeFileSync(join(dataDir, 'pgdata', 'PG_VERSION'), '9');
    await expect(openPglite({ dataDir })).rejects.toThrow(/embedded PostgreSQL/);
    expect(readdirSync(dataDir)).toEqual(['pgdata']);
  });

  it('is opened by one at a time; the second is told who has it', async () => {
    const server = await openPglite({ dataDir });
    await expect(openPglite({ dataDir })).rejects.toThrow(DataDirLocked);
    await expect(openPglite({ dataDir })).rejects.toThrow(new RegExp(`process ${process.pid} .*DATA_DIR`));
    await server.close();
  });

  it('has every acknowledged row after kill -9, and takes over the lock', async () => {
    const module = pathToFileURL(builtFile('platform/sql/database.pglite.ts')).href;
    const writer = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { openPglite } from ${JSON.stringify(module)};
       const server = await openPglite({ dataDir: ${JSON.stringify(dataDir)} });
       const database = await server.database('killed');
       await database.migrate(['CREATE TABLE t (id int4)']);
       for (let id = 1; ; id++) {
         await database.execute('INSERT INTO t VALUES ($1)', [id]);
         console.log(id);
       }`,
    ]);
    let acknowledged = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 100) writer.kill('SIGKILL');
    }
    expect(acknowledged).toBeGreaterThanOrEqual(100);
    const server = await openPglite({ dataDir });
    const [row] = await (await server.database('killed')).query<{ count: number; max: number }>(
      'SELECT count(*) AS count, max(id) AS max FROM t',
    );
    // The last insert may have been committed without its line being printed.
    expect([acknowledged, acknowledged + 1]).toContain(row?.count);
    expect(row?.max).toBe(row?.count);
    await server.close();
  });

  it('refuses what would wait for itself inside a transaction, and works on', async () => {
    const server = await openPglite();
    const database = await server.database('inside');
    const other = await server.database('elsewhere');
    await expect(database.transaction(() => other.query('SELECT 1'))).rejects.toThrow(/use the transaction/);
    await expect(database.transaction(() => database.transaction(async () => 1))).rejects.toThrow(
      /use the transaction/,
    );
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.close();
    await expect(database.query('SELECT 1')).rejects.toThrow(/closed/);
  });
});
