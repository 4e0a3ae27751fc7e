import type { Schema, SchemaKey, Withdrawal } from './schema.ts';

/** A registered schema. Withdrawals are stored separately. */
export type RegisteredSchema = Omit<Schema, 'withdrawnAt'>;

/** Stores registered schemas, and withdrawals of registered and shipped ones. Rows are never changed or deleted. */
export interface SchemaStore {
  /** Creates missing tables. */
  prepare(): Promise<void>;
  /** False, with nothing written, when the version exists. */
  add(schema: RegisteredSchema): Promise<boolean>;
  /** The known ones of the keys, in no order. */
  find(keys: readonly SchemaKey[]): Promise<RegisteredSchema[]>;
  /** The keys of all versions of the given schemas, or of all schemas, in no order. */
  keys(ids: readonly string[] | 'all'): Promise<SchemaKey[]>;
  /** The first withdrawal of a version counts. `by`: the operator's user id. */
  withdraw(withdrawal: Withdrawal, by: string): Promise<void>;
  /** Of the given schemas, or of all, in no order. */
  withdrawals(ids: readonly string[] | 'all'): Promise<Withdrawal[]>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
