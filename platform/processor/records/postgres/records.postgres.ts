import { validate as isUuid, NIL } from 'uuid';
import type { SqlDatabase, SqlExecutor } from '../../../sql/database.ts';
import { type BlobRecord, type NewRecord, storedAs } from '../record.ts';
import type { RecordPage, Records, RecordsDefinition, Stored, Wanted } from '../records.ts';
import { storable } from '../storable.ts';
import { insertChildren, readChildren } from './children.ts';
import { quoted, type RecordRow, recordFrom, selected, valuesOf } from './columns.ts';
import { createInventory } from './inventory.postgres.ts';
import { createTables, numbersTable } from './schema.ts';

const uuids = (ids: readonly string[]): string[] => ids.filter((id) => isUuid(id));

/** The store's number for a record, before it is written. Whoever else asks for the same number waits. */
async function allocate(tx: SqlExecutor, { name, allocates }: RecordsDefinition, record: NewRecord) {
  if (!allocates || record.contentHash === null) return {};
  const { member, within } = allocates;
  const values = within.map((each) => record.data[each] as string | number);
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    JSON.stringify([name, record.userId, ...values]),
  ]);
  const same = within.map((each, index) => `AND ${quoted(each)} = $${index + 2}`).join(' ');
  const [row] = await tx.query<{ next: number }>(
    `SELECT greatest(
       (SELECT max(${quoted(member)}) FROM ${quoted(name)} WHERE user_id = $1 ${same}),
       (SELECT number FROM ${quoted(numbersTable(name))} WHERE user_id = $1 AND of_values = $${values.length + 2}::jsonb),
       0
     ) + 1 AS next`,
    [record.userId, ...values, JSON.stringify(values)],
  );
  return { [member]: row?.next ?? 1 };
}

/** All columns with their values, those of the store's giving among them. */
async function completed(tx: SqlExecutor, definition: RecordsDefinition, record: NewRecord) {
  const allocated = await allocate(tx, definition, record);
  const { title, preview } = record.describe(allocated);
  const data = { ...record.data, ...allocated };
  return {
    values: [...valuesOf(definition, { ...record, data }), ['title', title], ['preview', preview]] as const,
    stored: storedAs({ ...record, data }, { title, preview }),
  };
}

class PostgresRecords {
  readonly #sql: SqlDatabase;
  readonly #definition: RecordsDefinition;
  readonly #table: string;

  constructor(sql: SqlDatabase, definition: RecordsDefinition) {
    this.#sql = sql;
    this.#definition = definition;
    this.#table = quoted(definition.name);
  }

  async #read(
    tx: SqlExecutor,
    where: string,
    values: readonly (string | Date | number | string[])[],
    wanted: Wanted,
    command = wanted === 'all',
  ) {
    const rows = await tx.query<RecordRow>(
      `SELECT ${selected(this.#definition, wanted, command)} FROM ${this.#table} ${where}`,
      values,
    );
    const found = rows.map((row) => recordFrom(this.#definition, row));
    return readChildren(tx, this.#definition, found, wanted);
  }

  async find(id: string, wanted: Wanted, tx: SqlExecutor = this.#sql): Promise<BlobRecord | null> {
    if (!isUuid(id)) return null;
    const [record] = await this.#read(tx, 'WHERE id = $1', [id], wanted, true);
    return record ?? null;
  }

  byIds(userId: string, ids: readonly string[], wanted: Wanted): Promise<BlobRecord[]> {
    return this.#read(this.#sql, 'WHERE user_id = $1 AND id = ANY($2::uuid[])', [userId, uuids(ids)], wanted);
  }

  page(
    userId: string,
    { since = new Date(0), after, limit }: RecordPage,
    wanted: Wanted,
  ): Promise<BlobRecord[]> {
    const from =
      after && after.createdAt >= since && isUuid(after.id) ? after : { createdAt: since, id: NIL };
    return this.#read(
      this.#sql,
      `WHERE user_id = $1 AND (created_at, id) > ($2, $3) AND content_hash IS NOT NULL
       ORDER BY created_at, id LIMIT $4`,
      [userId, from.createdAt, from.id, limit],
      wanted,
    );
  }

  /** The record as it is stored; null when its id is taken. */
  async #write(tx: SqlExecutor, record: NewRecord): Promise<BlobRecord | null> {
    const { values, stored } = await completed(tx, this.#definition, record);
    const columns = values.map(([column]) => quoted(column));
    const inserted = await tx.execute(
      `INSERT INTO ${this.#table} (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})
       ON CONFLICT (id) DO NOTHING`,
      values.map(([, value]) => value),
    );
    if (inserted !== 1) return null;
    await insertChildren(tx, this.#definition, stored);
    return stored;
  }

  async insert(given: NewRecord): Promise<Stored> {
    const record = storable(this.#definition, given);
    const { allocates, children } = this.#definition;
    const inserted = await (allocates || children
      ? this.#sql.transaction(async (tx) =>
          (await this.find(record.id, new Set(), tx)) ? null : this.#write(tx, record),
        )
      : this.#write(this.#sql, record));
    if (inserted) return { stored: inserted, inserted: true };
    const stored = await this.find(record.id, 'all');
    // It was deleted in between.
    return stored ? { stored, inserted: false } : this.insert(record);
  }

  async complete(given: NewRecord): Promise<Stored | null> {
    const record = storable(this.#definition, given);
    const completedNow = await this.#sql.transaction(async (tx) => {
      const [row] = await tx.query<{ content_hash: string | null }>(
        `SELECT content_hash FROM ${this.#table} WHERE id = $1 FOR UPDATE`,
        [record.id],
      );
      if (!row || row.content_hash !== null) return false;
      const { values, stored } = await completed(tx, this.#definition, record);
      const set = values.map(([column], index) => `${quoted(column)} = $${index + 2}`).join(', ');
      await tx.execute(
        `UPDATE ${this.#table} SET ${set}, registered_at = NULL, register_attempts = 0, refusal = NULL WHERE id = $1`,
        [record.id, ...values.map(([, value]) => value)],
      );
      await insertChildren(tx, this.#definition, stored);
      return true;
    });
    const stored = await this.find(record.id, 'all');
    return stored && { stored, inserted: completedNow };
  }
}

const registrations = (sql: SqlDatabase, table: string) =>
  ({
    async dueRegistrations(now, limit) {
      const rows = await sql.query<{ id: string }>(
        `SELECT id FROM ${table} WHERE registered_at IS NULL AND refusal IS NULL AND register_at <= $1
       ORDER BY register_at LIMIT $2`,
        [now, limit],
      );
      return rows.map(({ id }) => id);
    },
    async markRegistered({ id, contentHash }, at) {
      await sql.execute(
        `UPDATE ${table} SET registered_at = $2, refusal = NULL
         WHERE id = $1 AND registered_at IS NULL AND content_hash IS NOT DISTINCT FROM $3`,
        [id, at, contentHash],
      );
    },
    async refuseRegistration(id, reason) {
      await sql.execute(`UPDATE ${table} SET refusal = $2 WHERE id = $1 AND registered_at IS NULL`, [
        id,
        reason,
      ]);
    },
    async postponeRegistration(id, dueAt) {
      await sql.execute(
        `UPDATE ${table} SET register_at = $2, register_attempts = register_attempts + 1 WHERE id = $1`,
        [id, dueAt],
      );
    },
  }) satisfies Partial<Records>;

/** Keeps the highest numbers of the records that a statement's `gone` brings back. */
function keptNumbers({ name, allocates }: RecordsDefinition): string {
  if (!allocates) return '';
  const of = `jsonb_build_array(${allocates.within.map(quoted).join(', ')})`;
  const number = quoted(allocates.member);
  return `, kept AS (
    INSERT INTO ${quoted(numbersTable(name))} AS n (user_id, of_values, number)
    SELECT user_id, ${of}, max(${number}) FROM gone WHERE ${number} IS NOT NULL GROUP BY 1, 2
    ON CONFLICT (user_id, of_values) DO UPDATE SET number = greatest(n.number, excluded.number))`;
}

const eraser = (sql: SqlDatabase, table: string, definition: RecordsDefinition) =>
  ({
    async erase(userId, ids) {
      await sql.query(
        `WITH gone AS (DELETE FROM ${table} WHERE user_id = $1 AND id = ANY($2::uuid[]) RETURNING *)
         ${keptNumbers(definition)} SELECT count(*) FROM gone`,
        [userId, uuids(ids)],
      );
    },
    eraseUser: async (userId, limit) => {
      const numbers = definition.allocates
        ? `, numbers AS (DELETE FROM ${quoted(numbersTable(definition.name))} WHERE user_id = $1)`
        : '';
      const rows = await sql.query<{ id: string }>(
        `WITH gone AS (
           DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE user_id = $1 LIMIT $2) RETURNING id
         ) ${numbers} SELECT id FROM gone`,
        [userId, limit],
      );
      return rows.map(({ id }) => id);
    },
    async markStale(userId, ids) {
      await sql.execute(`UPDATE ${table} SET stale = true WHERE user_id = $1 AND id = ANY($2::uuid[])`, [
        userId,
        uuids(ids),
      ]);
    },
  }) satisfies Partial<Records>;

/** A processor's records in PostgreSQL (15 or later): a server's or the embedded one. */
export function createPostgresRecords(sql: SqlDatabase, definition: RecordsDefinition): Records {
  const own = new PostgresRecords(sql, definition);
  const table = quoted(definition.name);
  return {
    ...registrations(sql, table),
    ...eraser(sql, table, definition),
    ...createInventory(sql, table),
    prepare: () =>
      sql.migrate([
        ...(definition.migrations ?? [createTables(definition)]),
        ...(definition.furtherTables ?? []),
      ]),
    ping: () => sql.ping(),
    find: (id, wanted) => own.find(id, wanted),
    insert: (record) => own.insert(record),
    complete: (record) => own.complete(record),
    byIds: (userId, ids, wanted) => own.byIds(userId, ids, wanted),
    page: (userId, page, wanted) => own.page(userId, page, wanted),
  };
}
