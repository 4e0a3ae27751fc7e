import { isDeepStrictEqual } from 'node:util';
import { BlobgraphError, InputErrors, type UserError } from '../../../platform/errors/errors.ts';
import { fieldOf } from '../../../platform/json/pointer.ts';
import { incompatibilities } from '../../../platform/json-schema/compatibility/compatibility.ts';
import { checkDefinition } from '../../../platform/json-schema/validator.ts';
import type { Versions } from './schema.ts';
import { isSchemaId, type Schema } from './schema.ts';
import { isVersion, newestFirst } from './versions.ts';

/** A new version of a schema. */
export interface SchemaInput {
  /** Lower-case letters, digits and single dashes, a letter first, at most 64. */
  readonly id: string;
  /** Three numbers with dots between, e.g. `1.0.0`. */
  readonly version: string;
  /** Any JSON value. */
  readonly definition: unknown;
  /** `BACKWARD`: it must accept all documents that fit the version before. `NONE`: need not. Default: `BACKWARD`. */
  readonly compatibility?: 'BACKWARD' | 'NONE' | null;
}

const invalid = (field: string, message: string): UserError => ({
  field,
  code: 'VALIDATION_FAILED',
  message,
});

/** All reasons why the input cannot be registered. */
export function schemaErrors({ id, version, definition }: SchemaInput): UserError[] {
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

/** The version before: the newest lower one that is not withdrawn. */
export const versionBefore = ({ all, withdrawn }: Versions, version: string): string | undefined =>
  all.find((one) => newestFirst(one, version) > 0 && !withdrawn.includes(one));

/** @throws InputErrors SCHEMA_INCOMPATIBLE for each place that may reject documents that fit `before` */
export function assertCompatible(
  before: Pick<Schema, 'version' | 'definition'>,
  { definition }: Pick<Schema, 'definition'>,
): void {
  const problems = incompatibilities(before, definition);
  if (problems.length === 0) return;
  throw new InputErrors(
    problems.map(({ pointer, message }) => ({
      field: fieldOf(pointer, 'definition'),
      code: 'SCHEMA_INCOMPATIBLE',
      message: `${message} Allow it, or set \`compatibility: NONE\`: all who name no version are held to this one then.`,
    })),
  );
}

/** Returns the existing version. @throws BlobgraphError SCHEMA_CONFLICT when its definition differs */
export function sameOrConflict(existing: Schema, definition: unknown): Schema {
  if (isDeepStrictEqual(existing.definition, definition)) return existing;
  throw new BlobgraphError(
    'SCHEMA_CONFLICT',
    `Version ${existing.version} of \`${existing.id}\` exists with another definition, and a version never changes. Register a new version.`,
    { field: 'version' },
  );
}
