import pg from 'pg';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { expectWhole } from './harness/oracle.ts';
import { ledger, runFaultSystem, system } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

runFaultSystem();

describe('MongoDB', () => {
  it('killed with kill -9 while users write', async () => {
    const work = workOn([ledger]);
    await work.goesOn();
    await system.mongodb.server.kill();
    // Nobody is told that anything was stored meanwhile.
    await vi.waitFor(() => expect(ledger.unanswered).toBeGreaterThan(0), { timeout: 60_000 });
    await system.mongodb.server.start();
    await work.goesOn();
    await work.stop();
    await expectWhole(system, ledger);
  });

  it.each([
    ['a draft', 'user_blobs'],
    ['an index entry', 'blob_index'],
    ['an expansion', 'expanded_texts'],
  ])('writes %s, and its answer is lost', async (_name, collection) => {
    const { wire } = system.mongodb;
    const lost = wire.hold({ sends: ['insert', collection], keep: 'answer' }).then(() => wire.release());
    await ledger.store();
    await lost;
    await expectWhole(system, ledger);
  });

  it('cannot be reached for a while', async () => {
    const work = workOn([ledger]);
    await work.goesOn();
    await system.mongodb.link.cut();
    await vi.waitFor(() => expect(ledger.unanswered).toBeGreaterThan(0), { timeout: 60_000 });
    await system.mongodb.link.heal();
    await work.goesOn();
    await work.stop();
    await expectWhole(system, ledger);
  });
});

/** Holds a table so that nothing gets at it. @returns what lets go of it */
async function lockTable(database: string, table: string): Promise<() => Promise<void>> {
  const url = new URL(system.postgresql.server.url);
  url.pathname = `/${system.stores.namespace}_${database}`;
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return () => client.end();
}

describe('PostgreSQL', () => {
  beforeEach(async () => {
    await ledger.store();
    await ledger.store();
  });

  it('stopped at once while books are compiled', async () => {
    const compiling = ledger.compile();
    await system.postgresql.server.kill('SIGQUIT');
    const meanwhile = ledger.compile();
    await vi.waitFor(() => expect(ledger.unanswered).toBeGreaterThan(0), { timeout: 60_000 });
    await system.postgresql.server.start();
    await Promise.all([compiling, meanwhile]);
    await expectWhole(system, ledger);
  });

  it.each([
    ['inside a transaction', { sends: ['INSERT INTO', 'book_chapters'], keep: 'request' }],
    ['when a transaction was committed and nobody told', { sends: ['COMMIT'], keep: 'answer' }],
  ] as const)('with its connections reset %s', async (_name, moment) => {
    const { wire } = system.postgresql;
    const reset = wire.hold(moment).then(() => wire.release());
    await ledger.compile();
    await reset;
    await expectWhole(system, ledger);
  });

  it('with all connections of a pool in use', async () => {
    const unlock = await lockTable('book_compiler', 'compiled_books');
    const compiling = Promise.all(Array.from({ length: 20 }, () => ledger.compile()));
    // Those that get no connection are told so, and ask again.
    await vi.waitFor(() => expect(ledger.unanswered).toBeGreaterThan(0), { timeout: 60_000 });
    await unlock();
    await compiling;
    await expectWhole(system, ledger);
  });
});
