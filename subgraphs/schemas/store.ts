import type { Schema, SchemaKey, Withdrawal } from './schema.ts';

/** A schema as it was registered; whether it was withdrawn is kept beside it. */
export type RegisteredSchema = Omit<Schema, 'withdrawnAt'>;

/**
 * Keeps the schemas that were registered, and which versions were withdrawn, also of those that come with the system.
 * What is in it never changes and never goes.
 */
export interface SchemaStore {
  /** Makes the tables where they are missing. */
  prepare(): Promise<void>;
  /** False, with nothing written, when that version of the schema is there already. */
  add(schema: RegisteredSchema): Promise<boolean>;
  /** Those of the keys that are there, in no order. */
  find(keys: readonly SchemaKey[]): Promise<RegisteredSchema[]>;
  /** The keys of all versions of the given schemas, or of all schemas, in no order. */
  keys(ids: readonly string[] | 'all'): Promise<SchemaKey[]>;
  /** Keeps the first withdrawal of a version. `by`: the operator. */
  withdraw(withdrawal: Withdrawal, by: string): Promise<void>;
  /** Of the given schemas, or of all, in no order. */
  withdrawals(ids: readonly string[] | 'all'): Promise<Withdrawal[]>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
