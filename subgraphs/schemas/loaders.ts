import DataLoader from 'dataloader';
import type { Compatibility } from '../../platform/json-schema/compatibility/modes.ts';
import type { SchemaCatalog } from './catalog/catalog.ts';
import { defaultOf, keyOf, type Schema, type SchemaKey, type Versions } from './catalog/schema.ts';

/** Batched reads of one request. */
export interface Loaders {
  /** Versions of schemas, withdrawn ones included; null for an unknown one. */
  readonly schemas: DataLoader<SchemaKey, Schema | null, string>;
  /** Versions of a schema; empty for an unknown schema. */
  readonly versions: DataLoader<string, Versions>;
  /** The mode that new versions of a schema are held to. */
  readonly compatibility: DataLoader<string, Compatibility>;
  /** A version of a schema; default: the newest that is not withdrawn. Null when there is none. */
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
    compatibility: new DataLoader<string, Compatibility>((ids) => catalog.compatibility(ids)),
    async schema(id, version) {
      const wanted = version ?? defaultOf(await versions.load(id));
      return wanted === undefined ? null : schemas.load({ id, version: wanted });
    },
  };
}
