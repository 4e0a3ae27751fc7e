import type { Caller } from '../../platform/identity/service-tokens.ts';
import type { SchemaCatalog } from './catalog.ts';
import type { Loaders } from './loaders.ts';
import type { Schema } from './schema.ts';

/** What the resolvers of one request share. */
export interface Context {
  readonly caller: Caller;
  readonly catalog: SchemaCatalog;
  readonly loaders: Loaders;
}

export type BlobSchemaModel = Schema;
