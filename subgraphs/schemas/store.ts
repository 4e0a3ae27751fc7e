import type { Schema, SchemaKey } from './schema.ts';

/** Keeps the schemas that were registered. What is in it never changes and never goes. */
export interface SchemaStore {
  /** Makes the tables where they are missing. */
  prepare(): Promise<void>;
  /** False, with nothing written, when that version of the schema is there already. */
  add(schema: Schema): Promise<boolean>;
  /** Those of the keys that are there, in no order. */
  find(keys: readonly SchemaKey[]): Promise<Schema[]>;
  /** The keys of all versions of the given schemas, or of all schemas, in no order. */
  keys(ids: readonly string[] | 'all'): Promise<SchemaKey[]>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
