import { isDeepStrictEqual } from 'node:util';
import { BlobgraphError, InputErrors, type UserError } from '../../../platform/errors/errors.ts';
import { fieldOf } from '../../../platform/json/pointer.ts';
import type { Compatibility } from '../../../platform/json-schema/compatibility/modes.ts';
import { upcastProblems } from '../../../platform/json-schema/upcast/declared.ts';
import { checkDefinition, type JsonObject } from '../../../platform/json-schema/validator.ts';
import { isVersion } from '../../../platform/json-schema/versions/versions.ts';
import { errorsOf, type SchemaReport } from './compatibility.ts';
import { isSchemaId, type Schema, type Versions } from './schema.ts';

/** A new version of a schema. */
export interface SchemaInput {
  /** Lower-case letters, digits and single dashes, a letter first, at most 64. */
  readonly id: string;
  /** Three numbers with dots between, e.g. `1.0.0`. */
  readonly version: string;
  /** Any JSON value. */
  readonly definition: unknown;
  /** The mode that it is held to. Default: the schema's. */
  readonly compatibility?: Compatibility | null;
  /** Pointers of places that the report calls UNKNOWN and that are let pass. Default: none. */
  readonly acceptUnknown?: readonly string[] | null;
}

/** A version that may come to be: without a version, the one after the newest. */
export type CheckedInput = Omit<SchemaInput, 'version'> & { readonly version?: string | null };

/** The refusal of a version, with the report that says why. */
export class SchemaRefused extends InputErrors {
  readonly report: SchemaReport;

  constructor(report: SchemaReport) {
    super(errorsOf(report));
    this.report = report;
  }
}

const invalid = (field: string, message: string): UserError => ({
  field,
  code: 'VALIDATION_FAILED',
  message,
});

const definitionProblems = (definition: unknown) => {
  const problems = checkDefinition(definition);
  return problems.length > 0 ? problems : upcastProblems(definition as JsonObject);
};

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
  return errors.concat(
    definitionProblems(definition).map(({ pointer, message }) =>
      invalid(fieldOf(pointer, 'definition'), message),
    ),
  );
}

/** The version after the newest. */
export function nextVersion({ all: [newest] }: Versions): string {
  const [major = 0, minor = 0] = newest?.split('.').map(Number) ?? [1, -1];
  return `${major}.${minor + 1}.0`;
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
