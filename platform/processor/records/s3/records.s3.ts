import { validate as isUuid } from 'uuid';
import type { ObjectStore } from '../../../objects/objects.ts';
import type { SqlDatabase } from '../../../sql/database.ts';
import { type BlobObjects, createBlobObjects } from '../blob-objects.ts';
import { quoted } from '../postgres/columns.ts';
import { createPostgresRecords } from '../postgres/records.postgres.ts';
import type { NewRecord } from '../record.ts';
import { OBJECT_SET, type Records, type RecordsDefinition, type Stored } from '../records.ts';
import { createObjectSweeper, type ObjectSweeper, type SweeperOptions } from './sweeper.ts';

/** Records in PostgreSQL with objects beside them. */
export interface ObjectRecords {
  readonly records: Records;
  /** Removes objects that no record names. */
  readonly sweeper: ObjectSweeper;
}

export interface ObjectRecordsDependencies extends Pick<SweeperOptions, 'clock' | 'logger'> {
  readonly sql: SqlDatabase;
  /** The processor's own place. */
  readonly objects: ObjectStore;
}

/** The sets that records of these ids name, by id. */
async function namedSets(
  sql: SqlDatabase,
  { name }: RecordsDefinition,
  blobIds: readonly string[],
): Promise<Map<string, string | null>> {
  const rows = await sql.query<{ id: string; set: string | null }>(
    `SELECT id, ${quoted(OBJECT_SET)} AS set FROM ${quoted(name)} WHERE id = ANY($1::uuid[])`,
    [blobIds.filter((id) => isUuid(id))],
  );
  return new Map(rows.map(({ id, set }) => [id, set]));
}

/** Stores a record's objects, and then the record. */
async function withObjects<T extends Stored | null>(
  objects: BlobObjects,
  { objects: given = [], ...record }: NewRecord,
  write: (record: NewRecord) => Promise<T>,
): Promise<T> {
  if (given.length === 0) return write(record);
  const set = await objects.put(record, given);
  // Where this fails the record may be there all the same, and name the set: the sweeper sees which.
  const result = await write({ ...record, beside: { ...record.beside, [OBJECT_SET]: set } });
  if (!result?.inserted) await objects.remove({ ...record, set });
  return result;
}

/**
 * A processor's records whose objects are in the object store: stored before their record, so that no record is without
 * them, and erased after it. A crash in between leaves objects that nobody reads and the sweeper removes.
 */
export function createObjectRecords(
  definition: RecordsDefinition,
  { sql, objects: store, clock, logger }: ObjectRecordsDependencies,
): ObjectRecords {
  const inner = createPostgresRecords(sql, definition);
  const objects = createBlobObjects(store);
  return {
    records: {
      ...inner,
      insert: (record) => withObjects(objects, record, inner.insert),
      complete: (record) => withObjects(objects, record, inner.complete),
      async erase(userId, ids) {
        await inner.erase(userId, ids);
        await objects.erase(userId, ids);
      },
      async eraseUser(userId, limit) {
        const ids = await inner.eraseUser(userId, limit);
        // The last of it takes what lies there without a record, too.
        await (ids.length < limit ? objects.eraseUser(userId) : objects.erase(userId, ids));
        return ids;
      },
    },
    sweeper: createObjectSweeper({
      objects,
      named: (blobIds) => namedSets(sql, definition, blobIds),
      clock,
      logger,
    }),
  };
}
