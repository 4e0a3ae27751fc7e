import type { Caller } from '../../platform/identity/service-tokens.ts';
import type { SchemaCatalog } from './catalog.ts';
import type { Loaders } from './loaders.ts';
import type { Schema } from './schema.ts';

/** The resolvers' context, one a request. */
export interface Context {
  readonly caller: Caller;
  readonly catalog: SchemaCatalog;
  readonly loaders: Loaders;
}

export type BlobSchemaModel = Schema;
