import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Compatibility } from '../../../platform/json-schema/compatibility/modes.ts';
import type { JsonObject } from '../../../platform/json-schema/validator.ts';
import { isVersion, newestFirst } from '../../../platform/json-schema/versions/versions.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import {
  comparedVersions,
  DEFAULT_COMPATIBILITY,
  isCompatible,
  problemsOf,
  type SchemaReport,
} from './compatibility.ts';
import {
  type CheckedInput,
  nextVersion,
  type SchemaInput,
  SchemaRefused,
  sameOrConflict,
  schemaErrors,
} from './new-version.ts';
import { defaultOf, isSchemaId, keyOf, type Schema, type SchemaKey, type Versions } from './schema.ts';
import type { SchemaStore } from './store.ts';

/** A version that is there now. */
export interface Registered {
  readonly schema: Schema;
  readonly report: SchemaReport | null;
}

/** All schemas: shipped and registered ones. */
export interface SchemaCatalog {
  /** In the order of `keys`; undefined for unknown ones. */
  find(keys: readonly SchemaKey[]): Promise<(Schema | undefined)[]>;
  /** The versions of each id; empty for an unknown schema. */
  versions(ids: readonly string[]): Promise<Versions[]>;
  /** The newest version of every schema, without withdrawn ones, ordered by id. */
  newest(): Promise<Schema[]>;
  /** The modes that new versions of each schema are held to, where they name none themselves. */
  compatibility(ids: readonly string[]): Promise<Compatibility[]>;
  /** Whether a version could be registered; nothing is stored. */
  check(input: CheckedInput): Promise<SchemaReport>;
  /**
   * Idempotent. A withdrawn version stays withdrawn. The report is null where the version was there already.
   * @throws SchemaRefused VALIDATION_FAILED, SCHEMA_INCOMPATIBLE with each place; BlobgraphError SCHEMA_CONFLICT
   */
  register(input: SchemaInput): Promise<Registered>;
  /** Sets what new versions are held to. `by`: the operator's user id. @throws BlobgraphError SCHEMA_UNKNOWN */
  setCompatibility(id: string, compatibility: Compatibility, by: string): Promise<void>;
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
    async compatibility(ids: readonly string[]): Promise<Compatibility[]> {
      const set = await store.compatibilities(ids.filter(isSchemaId));
      const modes = new Map(set.map(({ id, compatibility }) => [id, compatibility]));
      return ids.map((id) => modes.get(id) ?? DEFAULT_COMPATIBILITY);
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

type Reading = Pick<SchemaCatalog, 'find' | 'versions' | 'compatibility'>;

/** Checks of versions to be. */
function createChecking(reading: Reading) {
  const versionsOf = async (id: string): Promise<Versions> =>
    (await reading.versions([id]))[0] ?? { all: [], withdrawn: [] };

  /** Beside the versions that there are. */
  async function checkBeside(versions: Versions, input: SchemaInput): Promise<SchemaReport> {
    const { id, version, definition } = input;
    const [mode = DEFAULT_COMPATIBILITY] = await reading.compatibility([id]);
    const compatibility = input.compatibility ?? mode;
    const about = { id, version, compatibility, comparedWith: [], problems: [] };
    const errors = schemaErrors(input);
    if (errors.length > 0) return { ...about, errors };
    const comparedWith = comparedVersions(versions, version, compatibility);
    const found = await reading.find(comparedWith.map((each) => ({ id, version: each })));
    const older = found.filter((schema) => schema !== undefined);
    const newer = { version, definition: plain(definition) };
    const problems = problemsOf(newer, older, compatibility, input.acceptUnknown ?? []);
    return { ...about, comparedWith, problems, errors };
  }
  return {
    versionsOf,
    checkBeside,
    async check(input: CheckedInput): Promise<SchemaReport> {
      const versions = await versionsOf(input.id);
      return checkBeside(versions, { ...input, version: input.version ?? nextVersion(versions) });
    },
  };
}

/** Others may register a version of the same schema meanwhile: it is checked again beside theirs. */
const MAX_ATTEMPTS = 10;

/** Writes to the catalog. */
function createWriting(
  { store, clock }: CatalogDependencies,
  reading: Reading,
): Pick<SchemaCatalog, 'check' | 'register' | 'withdraw' | 'setCompatibility'> {
  const { versionsOf, check, checkBeside } = createChecking(reading);

  /** Null where another version came in between. */
  async function tryToAdd(input: SchemaInput): Promise<Registered | null> {
    const { id, version } = input;
    // Counted first: one that comes after that is seen by the store.
    const registered = isSchemaId(id) ? (await store.keys([id])).length : 0;
    const report = await checkBeside(await versionsOf(id), input);
    if (report.errors.length > 0) throw new SchemaRefused(report);
    const schema = {
      id,
      version,
      definition: plain(input.definition),
      createdAt: clock.now(),
      withdrawnAt: null,
    };
    const [known] = await reading.find([schema]);
    if (known) return { schema: sameOrConflict(known, schema.definition), report: null };
    if (!isCompatible(report)) throw new SchemaRefused(report);
    const added = await store.add(schema, registered);
    return added ? { schema, report } : null;
  }
  return {
    check,
    async register(input) {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const registered = await tryToAdd(input);
        if (registered) return registered;
      }
      throw new BlobgraphError('OVERLOADED', 'Others register versions of this schema. Try again.');
    },
    async setCompatibility(id, compatibility, by) {
      if ((await versionsOf(id)).all.length === 0) {
        const message = 'There is no such schema. `schemas` lists what there is.';
        throw new BlobgraphError('SCHEMA_UNKNOWN', message, { field: 'id' });
      }
      await store.setCompatibility({ id, compatibility, setAt: clock.now() }, by);
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
