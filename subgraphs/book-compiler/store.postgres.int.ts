import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPgServer } from '../../platform/sql/database.pg.ts';
import { services } from '../../platform/testing/services.ts';
import { compiledBookStoreContract, newBook, newUser, type OpenedStore } from './store.contract.ts';
import { createPostgresStore } from './store.postgres.ts';

/** A database of its own, dropped again at the end. */
async function openStore(): Promise<OpenedStore> {
  const url = services().postgresUrl;
  const databasePrefix = `test_${randomBytes(6).toString('hex')}_`;
  const server = openPgServer({ url, databasePrefix, logger: { warn: () => undefined } });
  const store = createPostgresStore(await server.database('books'));
  const close = async () => {
    await server.close();
    const admin = new pg.Client(url);
    await admin.connect();
    await admin.query(`DROP DATABASE "${databasePrefix}books" WITH (FORCE)`);
    await admin.end();
  };
  return { store, close };
}

describe('compiled books on a PostgreSQL server', () => {
  compiledBookStoreContract(openStore);
});

describe('races between compilations', () => {
  let opened: OpenedStore;

  beforeAll(async () => {
    opened = await openStore();
    // Processes that start at once prepare the tables at once.
    await Promise.all([opened.store.prepare(), opened.store.prepare(), opened.store.prepare()]);
  });
  afterAll(() => opened?.close());

  const atOnce = <T>(count: number, work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));

  it('gives six compilations of one book the versions 1 to 6', async () => {
    const userId = newUser();
    const stored = await atOnce(6, () => opened.store.add(newBook(userId)));
    expect(stored.map(({ book }) => book.version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    const chapters = await opened.store.chapters(
      userId,
      stored.map(({ book }) => book.id),
    );
    expect([...chapters.values()].map((list) => list.length)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('gives many compilations of several books each its own numbers without a gap', async () => {
    const userId = newUser();
    const stored = await atOnce(40, (index) =>
      opened.store.add(newBook(userId, { bookId: `book-${index % 3}` })),
    );
    for (const name of ['book-0', 'book-1', 'book-2']) {
      const versions = stored.filter(({ book }) => book.bookId === name).map(({ book }) => book.version);
      expect(versions.toSorted((a, b) => a - b)).toEqual(versions.map((_, index) => index + 1));
    }
  });

  it('stores one version for one id, whoever comes first', async () => {
    const userId = newUser();
    const id = randomUUID();
    const stored = await atOnce(8, (index) =>
      opened.store.add(newBook(userId, { id, inputHash: `${index}` })),
    );
    expect(new Set(stored.map(({ inputHash }) => inputHash)).size).toBe(1);
    expect(new Set(stored.map(({ book }) => book.version))).toEqual(new Set([1]));
    expect(await opened.store.page(userId, { limit: 10 })).toHaveLength(1);
    expect((await opened.store.add(newBook(userId))).book.version).toBe(2);
  });

  it('stores one book for one id that comes with several books', async () => {
    const userId = newUser();
    const id = randomUUID();
    const stored = await atOnce(8, (index) =>
      opened.store.add(newBook(userId, { id, bookId: `book-${index}` })),
    );
    expect(new Set(stored.map(({ book }) => book.bookId)).size).toBe(1);
    expect(await opened.store.page(userId, { limit: 10 })).toHaveLength(1);
    // A number that a loser had taken is free again.
    const versions = await atOnce(8, async (index) => {
      const added = await opened.store.add(newBook(userId, { bookId: `book-${index}` }));
      return added.book.version;
    });
    expect(versions.toSorted()).toEqual([1, 1, 1, 1, 1, 1, 1, 2]);
  });

  it('hands each registration to one of several relays', async () => {
    const userId = newUser();
    await atOnce(30, () => opened.store.add(newBook(userId)));
    const now = new Date(Date.UTC(2027, 0, 1));
    const taken = await atOnce(6, () =>
      opened.store.takeRegistrations({ now, leaseUntil: new Date(Date.UTC(2028, 0, 1)), limit: 5 }),
    );
    const ids = taken.flat().map(({ book }) => book.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(30);
  });
});
