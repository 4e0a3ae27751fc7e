import { LRUCache } from 'lru-cache';
import { BlobgraphError, type ErrorCode } from '../../platform/errors/errors.ts';
import { definitionBytes, KEPT_DEFINITION_BYTES } from '../../platform/json-schema/definition.ts';
import type { ValidationError } from '../../platform/json-schema/validator.ts';
import { compileSchema, type Validator } from '../../platform/json-schema/validator.ts';
import { keyOf, type Schema } from './catalog/schema.ts';
import type { Loaders } from './loaders.ts';

/** Loads a schema that must exist. @throws BlobgraphError `code`; SCHEMA_WITHDRAWN */
export async function required(
  loaders: Loaders,
  id: string,
  version?: string,
  code: ErrorCode = 'NOT_FOUND',
) {
  const schema = await loaders.schema(id, version);
  if (schema) return schema;
  if (version === undefined && (await loaders.versions.load(id)).all.length > 0) {
    const message = `All versions of the schema \`${id}\` were withdrawn: it takes no new documents.`;
    throw new BlobgraphError('SCHEMA_WITHDRAWN', message);
  }
  const what = version === undefined ? 'There is no schema' : 'There is no such version of a schema';
  const field = code === 'SCHEMA_UNKNOWN' ? 'version' : null;
  throw new BlobgraphError(code, `${what} \`${id.slice(0, 64)}\`.`, { field });
}

/** The schema of a validated document, and the document's errors. */
export interface Validation {
  readonly schema: Schema;
  /** Empty for a valid document; at most 20. */
  readonly errors: readonly ValidationError[];
}

/** Validates a document against a schema. */
export type Validate = (
  loaders: Loaders,
  id: string,
  version: string | undefined,
  data: unknown,
) => Promise<Validation>;

/** Validators by version, compiled at first use. */
function createValidators(): (schema: Schema) => Validator {
  const compiled = new LRUCache<string, Validator>({ maxSize: KEPT_DEFINITION_BYTES });
  return (schema) => {
    const key = keyOf(schema);
    const known = compiled.get(key);
    if (known) return known;
    const validate = compileSchema(schema.definition);
    compiled.set(key, validate, { size: definitionBytes(schema.definition) });
    return validate;
  };
}

/** @throws BlobgraphError NOT_FOUND for an unknown schema, SCHEMA_UNKNOWN for an unknown version; SCHEMA_WITHDRAWN */
export function createValidate(): Validate {
  const validatorOf = createValidators();
  return async (loaders, id, version, data) => {
    const { all } = await loaders.versions.load(id);
    const schema = await required(loaders, id, version, all.length === 0 ? 'NOT_FOUND' : 'SCHEMA_UNKNOWN');
    return { schema, errors: validatorOf(schema)(data) };
  };
}
