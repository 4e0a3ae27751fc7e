import type { Config } from '../config/config.ts';
import type { ObjectStore } from '../objects/objects.ts';
import type { ServiceRuntime } from '../runtime/runtime.ts';
import { createPostgresJournal } from './artifacts/journal.postgres.ts';
import type { ArtifactJournal } from './artifacts/journal.ts';
import type { ProcessorDefinition } from './kit/kit.ts';
import type { OwnDatabase } from './kit/open.ts';
import { createPostgresRecords } from './records/postgres/records.postgres.ts';
import type { Records } from './records/records.ts';
import { createObjectRecords } from './records/s3/records.s3.ts';
import type { ObjectSweeper } from './records/s3/sweeper.ts';
import { createShelfRecords } from './records/shelf/records.shelf.ts';
import { type BlobTags, createTags } from './records/shelf/tags.ts';

// biome-ignore lint/suspicious/noExplicitAny: any processor, whatever it opens and is set by
export type AnyProcessor = ProcessorDefinition<any, any>;

/** The database of a processor's own, e.g. `text_expansion`. */
export const databaseOf = ({ id }: Pick<ProcessorDefinition, 'id'>): string => id.replaceAll('-', '_');

/** A processor's records, opened. */
export interface OpenedStore {
  readonly records: Records;
  /** Null where its records have none. */
  readonly tags: BlobTags | null;
  /** Null in Redis: beside what can be made again nothing is kept there. */
  readonly database: OwnDatabase | null;
  /** Journal of its artifacts; null where there is no database. */
  readonly journal: ArtifactJournal | null;
  /** The processor's own place in the object store. */
  readonly objects: ObjectStore;
  /** Where it has objects beside its records. */
  readonly sweeper?: ObjectSweeper;
  /** Leaves connections open, which are the process's. */
  close(): Promise<void>;
}

export type StoreConfig = Pick<Config, 'mongoUrl' | 'postgresUrl' | 'redis' | 's3'>;

/** The store of a processor's records in this installation. `address`: `embedded`, or its URL with user and password. */
export function storageOf({ records }: Pick<AnyProcessor, 'records'>, config: StoreConfig) {
  const { mongoUrl, postgresUrl, redis, s3 } = config;
  if (records.store === 'redis') return { type: 'redis', address: redis.url ?? 'embedded' } as const;
  if (records.store === 's3') {
    const place = s3 ? `${s3.endpoint.replace(/\/+$/, '')}/${s3.bucket}` : 'embedded';
    return { type: 's3', address: place } as const;
  }
  return records.store === 'mongodb' && mongoUrl !== undefined
    ? ({ type: 'mongodb', address: mongoUrl } as const)
    : ({ type: 'postgresql', address: postgresUrl ?? 'embedded' } as const);
}

async function openShelfStore({ records: definition, id }: AnyProcessor, runtime: ServiceRuntime) {
  const shelf = await runtime.shelf(databaseOf({ id }));
  return {
    records: createShelfRecords(shelf, definition),
    tags: definition.tags ? createTags(shelf, definition) : null,
    database: null,
    journal: null,
    objects: await runtime.objects(),
    close: () => shelf.close(),
  };
}

/** Opens a processor's store and makes or migrates its tables. */
export async function openStore(definition: AnyProcessor, runtime: ServiceRuntime): Promise<OpenedStore> {
  const { records } = definition;
  if (records.store === 'redis') return openShelfStore(definition, runtime);
  const name = databaseOf(definition);
  const objects = await runtime.objects();
  const beside = { tags: null, objects, close: async () => undefined };
  if (runtime.mongo && records.store === 'mongodb') {
    const [{ createMongoRecords }, { createMongoJournal }] = await Promise.all([
      import('./records/mongo/records.mongo.ts'),
      import('./artifacts/journal.mongo.ts'),
    ]);
    const database = runtime.mongo.database(name);
    const kept = createMongoRecords(database, records);
    const journal = createMongoJournal(database);
    return { ...beside, records: kept, database: { kind: 'mongodb', database }, journal };
  }
  const sql = await runtime.sql(name);
  const journal = createPostgresJournal(sql);
  const opened = { ...beside, database: { kind: 'postgresql', database: sql }, journal } as const;
  if (records.store !== 's3') return { ...opened, records: createPostgresRecords(sql, records) };
  const { clock, logger } = runtime;
  return { ...opened, ...createObjectRecords(records, { sql, objects, clock, logger }) };
}
