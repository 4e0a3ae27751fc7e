import { randomBytes } from 'node:crypto';
import { createMongoRecords } from '../processor/records/mongo/records.mongo.ts';
import { createPostgresRecords } from '../processor/records/postgres/records.postgres.ts';
import type { Records, RecordsDefinition } from '../processor/records/records.ts';
import { openTemporaryMongo } from './mongo.ts';
import { openTemporaryPglite } from './pglite.ts';
import { openTemporaryPostgres } from './postgres.ts';

export interface OpenedRecords {
  readonly records: Records;
  close(): Promise<void>;
}

const database = () => `records_${randomBytes(6).toString('hex')}`;

/** Records in an embedded database of their own. */
export async function openEmbeddedRecords(definition: RecordsDefinition): Promise<OpenedRecords> {
  const server = await openTemporaryPglite();
  const records = createPostgresRecords(await server.database(database()), definition);
  return { records, close: () => server.close() };
}

/** Records in a database of their own on the PostgreSQL server. */
export async function openPostgresRecords(definition: RecordsDefinition): Promise<OpenedRecords> {
  const server = await openTemporaryPostgres();
  const records = createPostgresRecords(await server.database(database()), definition);
  return { records, close: () => server.close() };
}

/** Records in a database of their own on the MongoDB server. */
export async function openMongoRecords(definition: RecordsDefinition): Promise<OpenedRecords> {
  const server = openTemporaryMongo();
  const records = createMongoRecords(server.database(database()), definition);
  return { records, close: () => server.close() };
}
