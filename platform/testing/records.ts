import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '../objects/objects.ts';
import { createMongoRecords } from '../processor/records/mongo/records.mongo.ts';
import { createPostgresRecords } from '../processor/records/postgres/records.postgres.ts';
import type { Records, RecordsDefinition } from '../processor/records/records.ts';
import { createObjectRecords, type ObjectRecords } from '../processor/records/s3/records.s3.ts';
import { createShelfRecords } from '../processor/records/shelf/records.shelf.ts';
import type { RedisServer } from '../redis/server.ts';
import { createMemoryShelf, type MemoryShelfOptions } from '../shelf/memory/shelf.memory.ts';
import { createRedisShelf } from '../shelf/redis/shelf.redis.ts';
import type { Shelf } from '../shelf/shelf.ts';
import type { SqlDatabase } from '../sql/database.ts';
import { createLogger } from '../telemetry/logger.ts';
import { systemClock } from '../time/clock.ts';
import { openTemporaryMongo } from './mongo.ts';
import { openTemporaryObjects, openTemporaryS3 } from './objects.ts';
import { openTemporaryPglite } from './pglite.ts';
import { openTemporaryPostgres } from './postgres.ts';
import { openTemporaryRedis } from './redis.ts';

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

export interface OpenedObjectRecords extends OpenedRecords, ObjectRecords {
  /** Where their objects lie. */
  readonly objects: ObjectStore;
}

/** Records with objects in given stores, beside a service that has them open. */
export const objectRecordsIn = (
  definition: RecordsDefinition,
  stores: { readonly sql: SqlDatabase; readonly objects: ObjectStore },
): Records =>
  createObjectRecords(definition, { ...stores, clock: systemClock, logger: createLogger('silent') }).records;

/** Records with objects, in an embedded database and a folder of their own, or on the servers of both. */
export async function openObjectRecords(
  definition: RecordsDefinition,
  where: 'embedded' | 'servers',
  clock = systemClock,
): Promise<OpenedObjectRecords> {
  const isEmbedded = where === 'embedded';
  const server = await (isEmbedded ? openTemporaryPglite() : openTemporaryPostgres());
  const objects = await (isEmbedded ? openTemporaryObjects() : openTemporaryS3());
  const sql = await server.database(database());
  const logger = createLogger('silent');
  return {
    ...createObjectRecords(definition, { sql, objects, clock, logger }),
    objects,
    async close() {
      await server.close();
      await objects.close();
    },
  };
}

export interface OpenedShelf extends OpenedRecords {
  readonly shelf: Shelf;
}

const DAY_MS = 86_400_000;

/** Records at a place of their own in Redis. */
export function openRedisRecords(
  definition: RecordsDefinition,
  { server = openTemporaryRedis(), ttlMs = DAY_MS }: { server?: RedisServer; ttlMs?: number } = {},
): OpenedShelf {
  const shelf = createRedisShelf({ server, name: definition.name, ttlMs });
  return { shelf, records: createShelfRecords(shelf, definition), close: () => server.close() };
}

/** Records in memory, with their snapshot in a folder of their own, unless one is given. */
export async function openMemoryRecords(
  definition: RecordsDefinition,
  options: Partial<MemoryShelfOptions> = {},
): Promise<OpenedShelf> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-shelf-'));
  const given = { file: join(folder, 'records'), maxBytes: 64 * 1024 ** 2, ttlMs: DAY_MS, ...options };
  const shelf = createMemoryShelf({ logger: createLogger('silent'), ...given });
  return {
    shelf,
    records: createShelfRecords(shelf, definition),
    async close() {
      await shelf.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
