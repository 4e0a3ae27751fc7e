import DataLoader from 'dataloader';
import type { SchemaCatalog } from './catalog.ts';
import { defaultOf, keyOf, type Schema, type SchemaKey, type Versions } from './schema.ts';

/** Reads of one request, gathered into one query a kind. */
export interface Loaders {
  readonly schemas: DataLoader<SchemaKey, Schema | null, string>;
  /** Versions of a schema; none when there is no such schema. */
  readonly versions: DataLoader<string, Versions>;
  /** The given version; default: the newest that was not withdrawn. Null when there is none. */
  schema(id: string, version?: string | null): Promise<Schema | null>;
}

export function createLoaders(catalog: SchemaCatalog): Loaders {
  const schemas = new DataLoader<SchemaKey, Schema | null, string>(
    async (keys) => (await catalog.find(keys)).map((schema) => schema ?? null),
    { cacheKeyFn: keyOf },
  );
  const versions = new DataLoader<string, Versions>((ids) => catalog.versions(ids));
  return {
    schemas,
    versions,
    async schema(id, version) {
      const wanted = version ?? defaultOf(await versions.load(id));
      return wanted === undefined ? null : schemas.load({ id, version: wanted });
    },
  };
}
