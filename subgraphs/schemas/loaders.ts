import DataLoader from 'dataloader';
import type { SchemaCatalog } from './catalog.ts';
import { keyOf, type Schema, type SchemaKey } from './schema.ts';

/** Reads of one request, gathered into one query a kind. */
export interface Loaders {
  readonly schemas: DataLoader<SchemaKey, Schema | null, string>;
  /** Versions of a schema, newest first; none when there is no such schema. */
  readonly versions: DataLoader<string, string[]>;
  /** The given version; default: the newest. Null when there is none. */
  schema(id: string, version?: string | null): Promise<Schema | null>;
}

export function createLoaders(catalog: SchemaCatalog): Loaders {
  const schemas = new DataLoader<SchemaKey, Schema | null, string>(
    async (keys) => (await catalog.find(keys)).map((schema) => schema ?? null),
    { cacheKeyFn: keyOf },
  );
  const versions = new DataLoader<string, string[]>((ids) => catalog.versions(ids));
  return {
    schemas,
    versions,
    async schema(id, version) {
      const wanted = version ?? (await versions.load(id))[0];
      return wanted === undefined ? null : schemas.load({ id, version: wanted });
    },
  };
}
