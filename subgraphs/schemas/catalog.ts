import type { Clock } from '../../platform/clock.ts';
import { BlobgraphError, InputErrors } from '../../platform/errors.ts';
import type { JsonObject } from '../../platform/json-schema/validator.ts';
import {
  assertCompatible,
  registrationErrors,
  type SchemaInput,
  sameOrConflict,
  versionBefore,
} from './registration.ts';
import { defaultOf, isSchemaId, keyOf, type Schema, type SchemaKey, type Versions } from './schema.ts';
import type { SchemaStore } from './store.ts';
import { isVersion, newestFirst } from './versions.ts';

/** All schemas: those that come with the system, and those registered later. */
export interface SchemaCatalog {
  /** In the order of `keys`; undefined for those that there are not. */
  find(keys: readonly SchemaKey[]): Promise<(Schema | undefined)[]>;
  /** The versions of each id; none where there is no such schema. */
  versions(ids: readonly string[]): Promise<Versions[]>;
  /** The newest version of every schema that was not withdrawn, by id. */
  newest(): Promise<Schema[]>;
  /**
   * Idempotent; a version that was withdrawn stays so.
   * @throws InputErrors VALIDATION_FAILED, SCHEMA_INCOMPATIBLE, naming each place; BlobgraphError SCHEMA_CONFLICT
   */
  register(input: SchemaInput): Promise<Schema>;
  /** Idempotent. `by`: the operator. @throws BlobgraphError SCHEMA_UNKNOWN */
  withdraw(key: SchemaKey, by: string): Promise<Schema>;
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

function versionsBy(keys: readonly SchemaKey[], withdrawals: readonly SchemaKey[]): Map<string, Versions> {
  const withdrawn = groupVersions(withdrawals);
  return new Map(
    [...groupVersions(keys)].map(([id, all]) => [id, { all, withdrawn: withdrawn.get(id) ?? [] }]),
  );
}

/** Schemas as they are read. Where both have a version, the one that comes with the system counts. */
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

export function createSchemaCatalog(deps: {
  shipped: readonly Schema[];
  store: SchemaStore;
  clock: Clock;
}): SchemaCatalog {
  const { store, clock } = deps;
  const reading = createReading(deps);

  /** @throws InputErrors SCHEMA_INCOMPATIBLE */
  async function assertCompatibleWithBefore(schema: Schema): Promise<void> {
    const [versions] = await reading.versions([schema.id]);
    const version = versions && versionBefore(versions, schema.version);
    if (version === undefined) return;
    const [before] = await reading.find([{ id: schema.id, version }]);
    if (before) assertCompatible(before, schema);
  }
  return {
    ...reading,
    async register({ id, version, definition, compatibility }) {
      const errors = registrationErrors({ id, version, definition });
      if (errors.length > 0) throw new InputErrors(errors);
      const schema = {
        id,
        version,
        definition: plain(definition),
        createdAt: clock.now(),
        withdrawnAt: null,
      };
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
