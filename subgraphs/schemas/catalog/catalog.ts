import { BlobgraphError, InputErrors } from '../../../platform/errors/errors.ts';
import type { JsonObject } from '../../../platform/json-schema/validator.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import {
  assertCompatible,
  type SchemaInput,
  sameOrConflict,
  schemaErrors,
  versionBefore,
} from './new-version.ts';
import { defaultOf, isSchemaId, keyOf, type Schema, type SchemaKey, type Versions } from './schema.ts';
import type { SchemaStore } from './store.ts';
import { isVersion, newestFirst } from './versions.ts';

/** All schemas: shipped and registered ones. */
export interface SchemaCatalog {
  /** In the order of `keys`; undefined for unknown ones. */
  find(keys: readonly SchemaKey[]): Promise<(Schema | undefined)[]>;
  /** The versions of each id; empty for an unknown schema. */
  versions(ids: readonly string[]): Promise<Versions[]>;
  /** The newest version of every schema, without withdrawn ones, ordered by id. */
  newest(): Promise<Schema[]>;
  /**
   * Idempotent. A withdrawn version stays withdrawn.
   * @throws InputErrors VALIDATION_FAILED, SCHEMA_INCOMPATIBLE with each place; BlobgraphError SCHEMA_CONFLICT
   */
  register(input: SchemaInput): Promise<Schema>;
  /** Idempotent. `by`: the operator's user id. @throws BlobgraphError SCHEMA_UNKNOWN */
  withdraw(key: SchemaKey, by: string): Promise<Schema>;
}

/** Converts to plain JSON: literals in GraphQL documents are objects without a prototype. */
const plain = (definition: unknown): JsonObject => JSON.parse(JSON.stringify(definition)) as JsonObject;

/** Whether a key is valid. Stores may reject others. */
const isKey = ({ id, version }: SchemaKey): boolean => isSchemaId(id) && isVersion(version);

const byId = <T extends { id: string }>(one: T, other: T): number => (one.id < other.id ? -1 : 1);

function groupVersions(keys: readonly SchemaKey[]): Map<string, string[]> {
  const groups = new Map<string, Set<string>>();
  for (const { id, version } of keys) groups.set(id, (groups.get(id) ?? new Set()).add(version));
  return new Map([...groups].map(([id, versions]) => [id, [...versions].sort(newestFirst)]));
}

function versionsBy(keys: readonly SchemaKey[], withdrawals: readonly SchemaKey[]): Map<string, Versions> {
  const withdrawn = groupVersions(withdrawals);
  return new Map(
    [...groupVersions(keys)].map(([id, all]) => [id, { all, withdrawn: withdrawn.get(id) ?? [] }]),
  );
}

/** Reads from both. A shipped schema takes precedence over a registered one of the same version. */
function createReading({ shipped, store }: { shipped: readonly Schema[]; store: SchemaStore }) {
  const own = new Map(shipped.map((schema) => [keyOf(schema), schema]));

  async function find(keys: readonly SchemaKey[]): Promise<(Schema | undefined)[]> {
    const valid = keys.filter(isKey);
    const registered = valid.filter((key) => !own.has(keyOf(key)));
    const [found, withdrawals] = await Promise.all([
      registered.length > 0 ? store.find(registered) : [],
      valid.length > 0 ? store.withdrawals([...new Set(valid.map(({ id }) => id))]) : [],
    ]);
    const stored = new Map(found.map((schema) => [keyOf(schema), schema]));
    const withdrawn = new Map(withdrawals.map((one) => [keyOf(one), one.withdrawnAt]));
    return keys.map((key) => {
      const schema = own.get(keyOf(key)) ?? stored.get(keyOf(key));
      return schema && { ...schema, withdrawnAt: withdrawn.get(keyOf(key)) ?? null };
    });
  }
  return {
    find,
    async versions(ids: readonly string[]): Promise<Versions[]> {
      const valid = ids.filter(isSchemaId);
      const keys = [...shipped.filter(({ id }) => ids.includes(id)), ...(await store.keys(valid))];
      const versions = versionsBy(keys, await store.withdrawals(valid));
      return ids.map((id) => versions.get(id) ?? { all: [], withdrawn: [] });
    },
    async newest(): Promise<Schema[]> {
      const keys = [...shipped, ...(await store.keys('all'))];
      const newest = [...versionsBy(keys, await store.withdrawals('all'))].flatMap(([id, versions]) => {
        const version = defaultOf(versions);
        return version === undefined ? [] : [{ id, version }];
      });
      return (await find(newest)).filter((schema) => schema !== undefined).sort(byId);
    },
  };
}

interface CatalogDependencies {
  readonly shipped: readonly Schema[];
  readonly store: SchemaStore;
  readonly clock: Clock;
}

/** Writes to the catalog. */
function createWriting(
  { store, clock }: CatalogDependencies,
  reading: Pick<SchemaCatalog, 'find' | 'versions'>,
): Pick<SchemaCatalog, 'register' | 'withdraw'> {
  /** @throws InputErrors SCHEMA_INCOMPATIBLE */
  async function assertCompatibleWithBefore(schema: Schema): Promise<void> {
    const [versions] = await reading.versions([schema.id]);
    const version = versions && versionBefore(versions, schema.version);
    if (version === undefined) return;
    const [before] = await reading.find([{ id: schema.id, version }]);
    if (before) assertCompatible(before, schema);
  }
  return {
    async register({ id, version, definition, compatibility }) {
      const errors = schemaErrors({ id, version, definition });
      if (errors.length > 0) throw new InputErrors(errors);
      const created = { createdAt: clock.now(), withdrawnAt: null };
      const schema = { id, version, definition: plain(definition), ...created };
      const [known] = await reading.find([schema]);
      if (known) return sameOrConflict(known, schema.definition);
      if (compatibility !== 'NONE') await assertCompatibleWithBefore(schema);
      if (await store.add(schema)) return schema;
      const [existing = schema] = await reading.find([schema]);
      return sameOrConflict(existing, schema.definition);
    },
    async withdraw(key, by) {
      const [known] = await reading.find([key]);
      if (!known) {
        const message = 'There is no such version of a schema. `versions` lists what there is.';
        throw new BlobgraphError('SCHEMA_UNKNOWN', message, { field: 'version' });
      }
      const { id, version } = known;
      await store.withdraw({ id, version, withdrawnAt: clock.now() }, by);
      const [withdrawn = known] = await reading.find([known]);
      return withdrawn;
    },
  };
}

export function createSchemaCatalog(deps: CatalogDependencies): SchemaCatalog {
  const reading = createReading(deps);
  return { ...reading, ...createWriting(deps, reading) };
}
