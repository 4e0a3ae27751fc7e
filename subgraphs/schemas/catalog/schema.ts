import type { JsonObject } from '../../../platform/json-schema/validator.ts';

export interface SchemaKey {
  readonly id: string;
  /** Three numbers with dots between, e.g. `1.0.0`. */
  readonly version: string;
}

/** One version of a JSON Schema. Its definition never changes. */
export interface Schema extends SchemaKey {
  readonly definition: JsonObject;
  /** Null for shipped schemas. */
  readonly createdAt: Date | null;
  /** Time of the withdrawal, after which it accepts no new documents; null: not withdrawn. */
  readonly withdrawnAt: Date | null;
}

/** The withdrawal of a version. */
export interface Withdrawal extends SchemaKey {
  readonly withdrawnAt: Date;
}

/** The versions of one schema, newest first. */
export interface Versions {
  /** Withdrawn ones included. */
  readonly all: readonly string[];
  /** The withdrawn ones. */
  readonly withdrawn: readonly string[];
}

/** The default version: the newest that is not withdrawn. */
export const defaultOf = ({ all, withdrawn }: Versions): string | undefined =>
  all.find((version) => !withdrawn.includes(version));

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_ID = 64;

/** True for lower-case letters, digits and single dashes, a letter first, at most 64. */
export const isSchemaId = (id: string): boolean => id.length <= MAX_ID && ID.test(id);

export const keyOf = ({ id, version }: SchemaKey): string => `${id}@${version}`;

const annotation = (schema: Schema, name: string, fallback: string): string => {
  const value = schema.definition[name];
  return typeof value === 'string' && value !== '' ? value : fallback;
};

export const titleOf = (schema: Schema): string => annotation(schema, 'title', schema.id);
export const descriptionOf = (schema: Schema): string => annotation(schema, 'description', '');

/** The default type of the schema's blobs: `x-blob-type`, or the id in snake_case without `-v1`. */
export const blobTypeOf = (schema: Schema): string =>
  annotation(schema, 'x-blob-type', schema.id.replace(/-v\d+$/, '').replaceAll('-', '_'));
