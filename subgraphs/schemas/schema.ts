import type { JsonObject } from '../../platform/json-schema/validator.ts';

export interface SchemaKey {
  readonly id: string;
  readonly version: string;
}

/** One version of a JSON Schema. Its definition never changes. */
export interface Schema extends SchemaKey {
  readonly definition: JsonObject;
  /** Null for those that come with the system. */
  readonly createdAt: Date | null;
  /** Since when it takes no new documents; null while it does. */
  readonly withdrawnAt: Date | null;
}

/** That a version was withdrawn. */
export interface Withdrawal extends SchemaKey {
  readonly withdrawnAt: Date;
}

/** The versions of one schema, newest first. */
export interface Versions {
  readonly all: readonly string[];
  /** Those of them that take no new documents. */
  readonly withdrawn: readonly string[];
}

/** The version that a document is held to where none is named: the newest that was not withdrawn. */
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

/** The type of blobs where none is given: `x-blob-type`, else the id in snake_case without its `-v1`. */
export const blobTypeOf = (schema: Schema): string =>
  annotation(schema, 'x-blob-type', schema.id.replace(/-v\d+$/, '').replaceAll('-', '_'));
