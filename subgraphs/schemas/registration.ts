import { isDeepStrictEqual } from 'node:util';
import { BlobgraphError, type UserError } from '../../platform/errors.ts';
import { fieldOf } from '../../platform/json-schema/pointer.ts';
import { checkDefinition } from '../../platform/json-schema/validator.ts';
import { isSchemaId, type Schema } from './schema.ts';
import { isVersion } from './versions.ts';

/** A version of a schema as an operator hands it in. */
export interface SchemaInput {
  readonly id: string;
  readonly version: string;
  /** Any JSON value. */
  readonly definition: unknown;
}

const invalid = (field: string, message: string): UserError => ({
  field,
  code: 'VALIDATION_FAILED',
  message,
});

/** Everything that keeps the input from being registered. */
export function registrationErrors({ id, version, definition }: SchemaInput): UserError[] {
  const errors: UserError[] = [];
  if (!isSchemaId(id)) {
    errors.push(
      invalid('id', '`id` must be lower-case letters, digits and single dashes, a letter first, at most 64.'),
    );
  }
  if (!isVersion(version)) {
    errors.push(
      invalid('version', '`version` must be a version like `1.0.0`: three numbers with dots between.'),
    );
  }
  const problems = checkDefinition(definition);
  return errors.concat(
    problems.map(({ pointer, message }) => invalid(fieldOf(pointer, 'definition'), message)),
  );
}

/** The existing version, registered again. @throws BlobgraphError SCHEMA_CONFLICT when its definition is another */
export function sameOrConflict(existing: Schema, definition: unknown): Schema {
  if (isDeepStrictEqual(existing.definition, definition)) return existing;
  throw new BlobgraphError(
    'SCHEMA_CONFLICT',
    `Version ${existing.version} of \`${existing.id}\` exists with another definition, and a version never changes. Register a new version.`,
    { field: 'version' },
  );
}
