import type { Compatibility } from '../../../platform/json-schema/compatibility/modes.ts';
import type { Schema, SchemaKey, Withdrawal } from './schema.ts';

/** A registered schema. Withdrawals are stored separately. */
export type RegisteredSchema = Omit<Schema, 'withdrawnAt'>;

/** The mode that new versions of a schema are held to. */
export interface SetCompatibility {
  readonly id: string;
  readonly compatibility: Compatibility;
  readonly setAt: Date;
}

/**
 * Stores registered schemas, and withdrawals and compatibility modes of registered and shipped ones. Rows of versions and
 * withdrawals are never changed or deleted.
 */
export interface SchemaStore {
  /** Creates missing tables. */
  prepare(): Promise<void>;
  /**
   * False, with nothing written, when the version exists, or there are not as many versions of the schema as are `known`:
   * another came in between. Default: any number.
   */
  add(schema: RegisteredSchema, known?: number): Promise<boolean>;
  /** The known ones of the keys, in no order. */
  find(keys: readonly SchemaKey[]): Promise<RegisteredSchema[]>;
  /** The keys of all versions of the given schemas, or of all schemas, in no order. */
  keys(ids: readonly string[] | 'all'): Promise<SchemaKey[]>;
  /** The first withdrawal of a version counts. `by`: the operator's user id. */
  withdraw(withdrawal: Withdrawal, by: string): Promise<void>;
  /** Of the given schemas, or of all, in no order. */
  withdrawals(ids: readonly string[] | 'all'): Promise<Withdrawal[]>;
  /** Replaces what was set before. `by`: the operator's user id. */
  setCompatibility(set: SetCompatibility, by: string): Promise<void>;
  /** Of those of the given schemas for which it was set, in no order. */
  compatibilities(ids: readonly string[]): Promise<SetCompatibility[]>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
