import type { Caller } from '../../platform/identity/service/caller.ts';
import type { SchemaCatalog } from './catalog/catalog.ts';
import type { SchemaReport } from './catalog/compatibility.ts';
import type { Schema } from './catalog/schema.ts';
import type { Loaders } from './loaders.ts';
import type { Validate } from './validation.ts';

/** The resolvers' context, one a request. */
export interface Context {
  readonly caller: Caller;
  readonly catalog: SchemaCatalog;
  readonly loaders: Loaders;
  readonly validate: Validate;
}

export type BlobSchemaModel = Schema;
export type SchemaReportModel = SchemaReport;
