import pg from 'pg';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

const faults = runFaultSystem();

describe('MongoDB', () => {
  it('killed with kill -9 while users write', async () => {
    const work = workOn([faults.ledger]);
    await work.goesOn();
    await faults.system.mongodb.server.kill();
    // No write is acknowledged meanwhile.
    await vi.waitFor(() => expect(faults.ledger.unanswered).toBeGreaterThan(0), { timeout: 60_000 });
    await faults.system.mongodb.server.start();
    await work.goesOn();
    await work.stop();
    await expectWhole(faults.system, faults.ledger);
  });

  it.each([
    ['a draft', 'user_blobs'],
    ['an index entry', 'blob_index'],
    ['an expansion', 'expanded_texts'],
  ])('writes %s, and its answer is lost', async (_name, collection) => {
    const { wire } = faults.system.mongodb;
    const lost = wire.hold({ sends: ['insert', collection], keep: 'answer' }).then(() => wire.release());
    await faults.ledger.store();
    await lost;
    await expectWhole(faults.system, faults.ledger);
  });

  it('cannot be reached for a while', async () => {
    const work = workOn([faults.ledger]);
    await work.goesOn();
    await faults.system.mongodb.link.cut();
    await vi.waitFor(() => expect(faults.ledger.unanswered).toBeGreaterThan(0), { timeout: 60_000 });
    await faults.system.mongodb.link.heal();
    await work.goesOn();
    await work.stop();
    await expectWhole(faults.system, faults.ledger);
  });
});

/** Locks a table exclusively. @returns a function that unlocks it */
async function lockTable(database: string, table: string): Promise<() => Promise<void>> {
  const url = new URL(faults.system.postgresql.server.url);
  url.pathname = `/${faults.system.stores.namespace}_${database}`;
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return () => client.end();
}

describe('PostgreSQL', () => {
  beforeEach(async () => {
    await faults.ledger.store();
    await faults.ledger.store();
  });

  it('stopped at once while books are compiled', async () => {
    const compiling = faults.ledger.compile();
    await faults.system.postgresql.server.kill('SIGQUIT');
    const meanwhile = faults.ledger.compile();
    await vi.waitFor(() => expect(faults.ledger.unanswered).toBeGreaterThan(0), { timeout: 60_000 });
    await faults.system.postgresql.server.start();
    await Promise.all([compiling, meanwhile]);
    await expectWhole(faults.system, faults.ledger);
  });

  it.each([
    ['inside a transaction', { sends: ['INSERT INTO', 'book_chapters'], keep: 'request' }],
    ['when a transaction was committed and nobody told', { sends: ['COMMIT'], keep: 'answer' }],
  ] as const)('with its connections reset %s', async (_name, moment) => {
    const { wire } = faults.system.postgresql;
    const reset = wire.hold(moment).then(() => wire.release());
    await faults.ledger.compile();
    await reset;
    await expectWhole(faults.system, faults.ledger);
  });

  it('with all connections of a pool in use', async () => {
    const unlock = await lockTable('book_compiler', 'compiled_books');
    const compiling = Promise.all(Array.from({ length: 20 }, () => faults.ledger.compile()));
    // Requests without a connection fail, and are repeated.
    await vi.waitFor(() => expect(faults.ledger.unanswered).toBeGreaterThan(0), { timeout: 60_000 });
    await unlock();
    await compiling;
    await expectWhole(faults.system, faults.ledger);
  });
});
