import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SqlDatabase, type SqlServer, UNIQUE_VIOLATION } from './database.ts';
import { MigrationMismatch } from './migrations.ts';

/** The promises of the port {@link SqlServer}, for any adapter. `open` is called once. */
export function sqlContract(adapter: string, open: () => Promise<SqlServer>): void {
  describe(`SQL contract: ${adapter}`, () => {
    let server: SqlServer;
    let database: SqlDatabase;

    beforeAll(async () => {
      server = await open();
      database = await server.database('contract');
      await database.migrate(['CREATE TABLE items (id text PRIMARY KEY, amount int8 NOT NULL DEFAULT 0)']);
    });
    afterAll(() => server?.close());

    const ids = async (from: SqlDatabase = database) =>
      (await from.query<{ id: string }>('SELECT id FROM items ORDER BY id')).map((row) => row.id);

    it('gives each column type in the form that the port promises', async () => {
      const [row] = await database.query(
        `SELECT 9007199254740991::int8 AS big, 7::int4 AS small, 1.50::numeric AS exact, 0.5::float8 AS real,
                true AS yes, '{"a":[1,"x"]}'::jsonb AS jsonb, '[null]'::json AS json, NULL::text AS nothing,
                '2026-01-02T03:04:05.678Z'::timestamptz AS at, ARRAY['a','b,"c"'] AS texts,
                '4f1c9d6e-3f43-4a3e-9a51-0c9a3c0f7a11'::uuid AS uuid, count(*) AS counted
         FROM items`,
      );
      expect(row).toEqual({
        big: Number.MAX_SAFE_INTEGER,
        small: 7,
        exact: '1.50',
        real: 0.5,
        yes: true,
        jsonb: { a: [1, 'x'] },
        json: [null],
        nothing: null,
        at: new Date('2026-01-02T03:04:05.678Z'),
        texts: ['a', 'b,"c"'],
        uuid: '4f1c9d6e-3f43-4a3e-9a51-0c9a3c0f7a11',
        counted: 0,
      });
    });

    it('takes each kind of parameter and gives the same back', async () => {
      const at = new Date('2026-05-06T07:08:09.123Z');
      const texts = ['plain', 'with "quotes"', 'a,b', '', '{}', 'back\\slash', 'שלום', '🦉', 'NULL'];
      const [row] = await database.query<{ bytes: Uint8Array }>(
        `SELECT $1::text AS text, $2::int4 AS int, $3::int8 AS big, $4::bool AS bool, $5::timestamptz AS at,
                $6::bytea AS bytes, $7::text[] AS texts, $8::jsonb AS json, $9::text AS nothing, $10::float8 AS real`,
        [
          'é🦉',
          -3,
          9_007_199_254_740_991n,
          false,
          at,
          Uint8Array.of(0, 1, 255),
          texts,
          JSON.stringify({ a: ['"', { b: null }] }),
          null,
          0.1,
        ],
      );
      expect({ ...row, bytes: [...(row?.bytes ?? [])] }).toEqual({
        text: 'é🦉',
        int: -3,
        big: Number.MAX_SAFE_INTEGER,
        bool: false,
        at,
        bytes: [0, 1, 255],
        texts,
        json: { a: ['"', { b: null }] },
        nothing: null,
        real: 0.1,
      });
    });

    it('keeps JSON text a document whatever it is: string, number, array, null', async () => {
      for (const value of ['text', 5, ['a'], null, true]) {
        const rows = await database.query('SELECT $1::jsonb AS value', [JSON.stringify(value)]);
        expect(rows).toEqual([{ value }]);
      }
    });

    it('finds rows by a list of ids', async () => {
      await database.execute('INSERT INTO items (id) SELECT unnest($1::text[])', [
        ['list-1', 'list-2', 'list-3'],
      ]);
      const rows = await database.query('SELECT id FROM items WHERE id = ANY($1) ORDER BY id', [
        ['list-3', 'list-1', 'absent'],
      ]);
      expect(rows).toEqual([{ id: 'list-1' }, { id: 'list-3' }]);
      expect(await database.query('SELECT id FROM items WHERE id = ANY($1::text[])', [[]])).toEqual([]);
    });

    it('counts the rows that a statement changed', async () => {
      const insert = "INSERT INTO items (id) VALUES ('count-1'), ('count-2') ON CONFLICT DO NOTHING";
      expect(await database.execute(insert)).toBe(2);
      expect(await database.execute(insert)).toBe(0);
      expect(await database.execute("UPDATE items SET amount = 1 WHERE id LIKE 'count-%'")).toBe(2);
      expect(await database.execute("DELETE FROM items WHERE id = 'count-1' RETURNING id")).toBe(1);
    });

    it('rejects with the SQLSTATE and goes on working', async () => {
      await database.execute("INSERT INTO items (id) VALUES ('twice')");
      await expect(database.execute("INSERT INTO items (id) VALUES ('twice')")).rejects.toMatchObject({
        code: UNIQUE_VIOLATION,
      });
      await expect(database.query('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '42P01' });
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it.each([
      ['NUL in a text', 'SELECT $1::text', 'a\0', 'TEXT_MALFORMED'],
      ['NUL in a list', 'SELECT $1::text[]', ['a', '\0'], 'TEXT_MALFORMED'],
      ['NUL in JSON', 'SELECT $1::jsonb', '{"a":"\\u0000"}', 'TEXT_MALFORMED'],
      ['a date before all', 'SELECT $1::timestamptz', new Date(-8.64e15), 'VALIDATION_FAILED'],
    ])('refuses %s by its code, and goes on working', async (_name, text, value, code) => {
      await expect(database.query(text, [value])).rejects.toMatchObject({ name: 'BlobgraphError', code });
      await expect(database.execute(text, [value])).rejects.toMatchObject({ name: 'BlobgraphError', code });
      await database.ping();
    });

    it('commits what a transaction wrote and gives back its result', async () => {
      const result = await database.transaction(async (tx) => {
        await tx.execute("INSERT INTO items (id) VALUES ('tx-1')");
        await tx.execute("INSERT INTO items (id) VALUES ('tx-2')");
        return tx.query('SELECT count(*) AS count FROM items WHERE id LIKE $1', ['tx-%']);
      });
      expect(result).toEqual([{ count: 2 }]);
      expect(await ids()).toEqual(expect.arrayContaining(['tx-1', 'tx-2']));
    });

    it('rolls back when the work of a transaction rejects, with its error', async () => {
      const refusal = new Error('changed my mind');
      const work = database.transaction(async (tx) => {
        await tx.execute("INSERT INTO items (id) VALUES ('undone')");
        throw refusal;
      });
      await expect(work).rejects.toBe(refusal);
      expect(await ids()).not.toContain('undone');
    });

    it('does not pass off a failed transaction as committed', async () => {
      const work = database.transaction(async (tx) => {
        await tx.execute("INSERT INTO items (id) VALUES ('half')");
        await tx.query('SELECT * FROM nowhere').catch(() => undefined);
      });
      await expect(work).rejects.toThrow();
      expect(await ids()).not.toContain('half');
    });

    it('keeps databases apart, also when their work overlaps', async () => {
      const other = await server.database('contract_other');
      await other.migrate(['CREATE TABLE items (id text PRIMARY KEY)']);
      let inside: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => {
        inside = resolve;
      });
      const [, counted] = await Promise.all([
        database.transaction(async (tx) => {
          await tx.execute("INSERT INTO items (id) VALUES ('mine-1')");
          inside();
          await tx.execute("INSERT INTO items (id) VALUES ('mine-2')");
        }),
        opened.then(async () => {
          await other.execute("INSERT INTO items (id) VALUES ('theirs')");
          return other.query('SELECT count(*) AS count FROM items');
        }),
      ]);
      expect(counted).toEqual([{ count: 1 }]);
      expect(await ids(other)).toEqual(['theirs']);
      expect(await ids()).toEqual(expect.arrayContaining(['mine-1', 'mine-2']));
      expect(await ids()).not.toContain('theirs');
    });

    it('answers many statements at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => database.query('SELECT $1::int4 AS index', [index])),
      );
      expect(answers).toEqual(answers.map((_, index) => [{ index }]));
    });

    it('gives a table’s new columns to a statement that was asked for before', async () => {
      const target = await server.database('widened');
      const first = 'CREATE TABLE t (id int4); INSERT INTO t VALUES (1)';
      await target.migrate([first]);
      const text = 'SELECT * FROM t WHERE id = $1';
      for (const _ of [1, 2, 3]) expect(await target.query(text, [1])).toEqual([{ id: 1 }]);
      await target.migrate([first, "ALTER TABLE t ADD COLUMN title text DEFAULT 'x', ALTER id TYPE text"]);
      for (const _ of [1, 2, 3]) expect(await target.query(text, ['1'])).toEqual([{ id: '1', title: 'x' }]);
    });

    it('answers more statements than it keeps prepared, again and again', async () => {
      for (let round = 1; round <= 3; round += 1) {
        for (let n = 1; n <= 250; n += 1)
          expect(await database.query(`SELECT $1::int4 + ${n} AS sum`, [round])).toEqual([
            { sum: round + n },
          ]);
      }
    });

    it('gives the same database for the same name and refuses a name that is none', async () => {
      expect(await server.database('contract')).toBe(database);
      for (const name of ['', 'Upper', 'a-b', 'a"; DROP', '1st', 'x'.repeat(41)])
        await expect(server.database(name)).rejects.toThrow(/Database name/);
    });

    it('answers a ping', async () => {
      await expect(database.ping()).resolves.toBeUndefined();
    });

    describe('migrate', () => {
      const first = 'CREATE TABLE a (id int4); CREATE TABLE b (id int4)';
      const second = 'INSERT INTO a VALUES (1)';

      it('applies each step once, in order, also from several callers at once', async () => {
        const target = await server.database('migrated');
        await target.migrate([first]);
        await Promise.all([1, 2, 3].map(() => target.migrate([first, second])));
        expect(await target.query('SELECT * FROM a')).toEqual([{ id: 1 }]);
        expect(await target.query('SELECT step FROM schema_migrations ORDER BY step')).toEqual([
          { step: 1 },
          { step: 2 },
        ]);
      });

      it('leaves nothing of a step that fails, and takes it up when it is mended', async () => {
        const target = await server.database('mended');
        await expect(
          target.migrate([first, 'INSERT INTO a VALUES (1); SELECT nonsense']),
        ).rejects.toMatchObject({
          code: '42703',
        });
        expect(await target.query('SELECT * FROM a')).toEqual([]);
        await target.migrate([first, second]);
        expect(await target.query('SELECT * FROM a')).toEqual([{ id: 1 }]);
      });

      it('refuses a database of a newer version, and a step that was edited', async () => {
        const target = await server.database('refused');
        await target.migrate([first, second]);
        await expect(target.migrate([first])).rejects.toThrow(MigrationMismatch);
        await expect(target.migrate([`${first} `, second])).rejects.toThrow(/step 1 differs/);
      });
    });
  });
}
