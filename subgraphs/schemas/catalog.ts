import type { Clock } from '../../platform/clock.ts';
import { InputErrors } from '../../platform/errors.ts';
import type { JsonObject } from '../../platform/json-schema/validator.ts';
import { registrationErrors, type SchemaInput, sameOrConflict } from './registration.ts';
import { isSchemaId, keyOf, type Schema, type SchemaKey } from './schema.ts';
import type { SchemaStore } from './store.ts';
import { isVersion, newestFirst } from './versions.ts';

/** All schemas: those that come with the system, and those registered later. */
export interface SchemaCatalog {
  /** In the order of `keys`; undefined for those that there are not. */
  find(keys: readonly SchemaKey[]): Promise<(Schema | undefined)[]>;
  /** The versions of each id, newest first; none where there is no such schema. */
  versions(ids: readonly string[]): Promise<string[][]>;
  /** The newest version of every schema, by id. */
  newest(): Promise<Schema[]>;
  /** Idempotent. @throws InputErrors VALIDATION_FAILED, naming each place; BlobgraphError SCHEMA_CONFLICT */
  register(input: SchemaInput): Promise<Schema>;
}

/** Plain JSON: a literal in a GraphQL document comes as objects without a prototype. */
const plain = (definition: unknown): JsonObject => JSON.parse(JSON.stringify(definition)) as JsonObject;

/** Whether a key is valid: no other is looked for, as stores may refuse it. */
const isKey = ({ id, version }: SchemaKey): boolean => isSchemaId(id) && isVersion(version);

const byId = <T extends { id: string }>(one: T, other: T): number => (one.id < other.id ? -1 : 1);

function groupVersions(keys: readonly SchemaKey[]): Map<string, string[]> {
  const groups = new Map<string, Set<string>>();
  for (const { id, version } of keys) groups.set(id, (groups.get(id) ?? new Set()).add(version));
  return new Map([...groups].map(([id, versions]) => [id, [...versions].sort(newestFirst)]));
}

/** Where both have a version, the one that comes with the system counts. */
export function createSchemaCatalog(deps: {
  shipped: readonly Schema[];
  store: SchemaStore;
  clock: Clock;
}): SchemaCatalog {
  const { store, clock } = deps;
  const shipped = new Map(deps.shipped.map((schema) => [keyOf(schema), schema]));

  async function find(keys: readonly SchemaKey[]): Promise<(Schema | undefined)[]> {
    const registered = keys.filter((key) => isKey(key) && !shipped.has(keyOf(key)));
    const found = registered.length > 0 ? await store.find(registered) : [];
    const stored = new Map(found.map((schema) => [keyOf(schema), schema]));
    return keys.map((key) => shipped.get(keyOf(key)) ?? stored.get(keyOf(key)));
  }
  return {
    find,
    async versions(ids) {
      const own = deps.shipped.filter(({ id }) => ids.includes(id));
      const versions = groupVersions([...own, ...(await store.keys(ids.filter(isSchemaId)))]);
      return ids.map((id) => versions.get(id) ?? []);
    },
    async newest() {
      const versions = groupVersions([...deps.shipped, ...(await store.keys('all'))]);
      const keys = [...versions].flatMap(([id, [version]]) =>
        version === undefined ? [] : [{ id, version }],
      );
      return (await find(keys)).filter((schema) => schema !== undefined).sort(byId);
    },
    async register(input) {
      const errors = registrationErrors(input);
      if (errors.length > 0) throw new InputErrors(errors);
      const { id, version } = input;
      const definition = plain(input.definition);
      const schema = { id, version, definition, createdAt: clock.now() };
      if (!shipped.has(keyOf(schema)) && (await store.add(schema))) return schema;
      const [existing = schema] = await find([schema]);
      return sameOrConflict(existing, definition);
    },
  };
}
