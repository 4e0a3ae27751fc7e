import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { BlobgraphError } from '../errors/errors.ts';
import { routed } from '../ids/service-path.ts';
import { definitionBytes, KEPT_DEFINITION_BYTES } from '../json-schema/definition.ts';
import type { WrittenUpcaster } from '../json-schema/upcast/chain.ts';
import { type DeclaredChange, declaredChanges } from '../json-schema/upcast/declared.ts';
import { upcast } from '../json-schema/upcast/upcast.ts';
import { compileSchema, type Validator } from '../json-schema/validator.ts';
import { isInRange, rangeFor, type TakenVersions, type VersionRange } from '../json-schema/versions/range.ts';
import { newestFirst } from '../json-schema/versions/versions.ts';
import type { Clock } from '../time/clock.ts';
import type { ServiceHttp } from './http/http.ts';
import { keepAnswers } from './kept-answers.ts';
import { upcasters } from './upcasters.generated.ts';

/** A version of a schema as the schema registry's REST shows it. */
const schemaDocument = z.object({
  id: z.string(),
  /** Semantic version, e.g. `1.0.0`. */
  version: z.string(),
  title: z.string(),
  description: z.string(),
  /** The type of blobs of this schema where none is given, e.g. `expanded_text`. */
  blob_type: z.string(),
  /** The JSON Schema (draft 2020-12). */
  definition: z.record(z.string(), z.unknown()),
  /** All versions of the schema, newest first. */
  versions: z.array(z.string()),
  /** Versions that take no new documents. A registry of the previous release names none. */
  withdrawn_versions: z.array(z.string()).default([]),
  /** Null for those that come with the system. */
  created_at: z.string().nullable(),
  /** Since when it takes no new documents; null while it does. */
  withdrawn_at: z.string().nullable().default(null),
});
export type SchemaDocument = z.infer<typeof schemaDocument>;

/** One version of a schema, compiled. It never changes. */
export interface LoadedSchema {
  readonly id: string;
  readonly version: string;
  /** The type of blobs of this schema where none is given, e.g. `expanded_text`. */
  readonly blobType: string;
  /** The processor that alone makes users' blobs of it and keeps their bytes (`x-kept-by`); null: users make them. */
  readonly keptBy: string | null;
  /** Runs here, in this process. */
  readonly validate: Validator;
  readonly definition: SchemaDocument['definition'];
  /** How a document of the version before becomes one of this version (`x-upcast`). */
  readonly changes: readonly DeclaredChange[];
}

/** A document, and the version of its schema that it fits. */
export interface VersionedDocument {
  readonly schemaId: string;
  readonly schemaVersion: string;
  readonly data: unknown;
}

/** The schema registry, with what it answered kept: a version for ever, for 30 s which is the newest and which are withdrawn. */
export interface SchemaClient {
  /**
   * The schema's given version, withdrawn or not; default: the newest that was not withdrawn.
   * @throws BlobgraphError SCHEMA_UNKNOWN; SCHEMA_WITHDRAWN: all of them; SERVICE_UNAVAILABLE when the registry does not
   * answer and the schema was not asked for before
   */
  validator(schemaId: string, version?: string): Promise<LoadedSchema>;
  /** The same for a new document of a user. @throws like {@link validator}; SCHEMA_WITHDRAWN also: the given version */
  validatorOfNew(schemaId: string, version?: string): Promise<LoadedSchema>;
  /**
   * A document's data as a newer version has it; its own version answers it as it is.
   * @throws BlobgraphError UPCAST_FAILED, and like {@link validator}
   */
  upcast(document: VersionedDocument, version: string): Promise<unknown>;
  /**
   * The version of a range that a document can be read as: its own, else the newest of the range that takes documents and
   * is newer than its own; null when there is none. @throws like {@link validator}
   */
  readableAs(document: Omit<VersionedDocument, 'data'>, range: VersionRange): Promise<string | null>;
}

/**
 * A document as its taker takes it: as it is, or read as a newer version.
 * @throws BlobgraphError SCHEMA_VERSION_NOT_TAKEN, UPCAST_FAILED, and like {@link SchemaClient.validator}
 */
export async function readAsTaken(
  schemas: Pick<SchemaClient, 'upcast' | 'readableAs'>,
  document: VersionedDocument,
  taken: TakenVersions,
): Promise<VersionedDocument> {
  const { schemaId, schemaVersion } = document;
  const range = rangeFor(taken, schemaId);
  if (range === null) return document;
  const version = await schemas.readableAs(document, range);
  if (version !== null)
    return { schemaId, schemaVersion: version, data: await schemas.upcast(document, version) };
  const message = `The blob is of version ${schemaVersion} of \`${schemaId}\`; ${taken[schemaId]} is taken, and no version of that can it be read as.`;
  throw new BlobgraphError('SCHEMA_VERSION_NOT_TAKEN', message);
}

/** The version that documents without one are validated by; or why no documents are taken any more. */
type Newest =
  | {
      readonly schema: LoadedSchema;
      readonly versions: readonly string[];
      readonly withdrawn: readonly string[];
    }
  | { readonly refusal: BlobgraphError };

const NEWEST_FRESH_MS = 15_000;
const NEWEST_GRACE_MS = 15_000;
const RETRY_MS = 5_000;
const TIMEOUT_MS = 3_000;
const MAX_KEPT = 500;

function unknown(error: unknown, schemaId: string, version?: string): unknown {
  if (!(error instanceof BlobgraphError) || error.code !== 'NOT_FOUND') return error;
  const id = `\`${schemaId.slice(0, 100)}\``;
  const what =
    version === undefined ? `no schema ${id}` : `no version ${version.slice(0, 30)} of schema ${id}`;
  const field = version === undefined ? 'schema_id' : 'schema_version';
  return new BlobgraphError('SCHEMA_UNKNOWN', `There is ${what}. \`schemas\` lists what there is.`, {
    field,
  });
}

async function read(
  http: Pick<ServiceHttp, 'call'>,
  schemaId: string,
  version?: string,
): Promise<SchemaDocument> {
  const built =
    version === undefined
      ? routed`/api/v1/schemas/${schemaId}`
      : routed`/api/v1/schemas/${schemaId}/versions/${version}`;
  const call = { method: 'GET', path: built, viewer: null, timeoutMs: TIMEOUT_MS } as const;
  const answer = await http.call('schemas', call).catch((error: unknown) => {
    throw unknown(error, schemaId, version);
  });
  return z.object({ schema: schemaDocument }).parse(answer).schema;
}

/** The annotation of a schema whose blobs a processor makes for users. */
function keptBy({ 'x-kept-by': keeper }: SchemaDocument['definition']): string | null {
  return typeof keeper === 'string' ? keeper : null;
}

/** Compiled versions, by what their definitions take. */
class CompiledSchemas {
  readonly #byKey = new LRUCache<string, LoadedSchema>({ maxSize: KEPT_DEFINITION_BYTES });

  get(id: string, version: string): LoadedSchema | undefined {
    return this.#byKey.get(`${id}@${version}`);
  }

  /** The version as it was compiled before, or is now. */
  of({ id, version, blob_type: blobType, definition }: SchemaDocument): LoadedSchema {
    const known = this.get(id, version);
    if (known) return known;
    const [keeper, changes] = [keptBy(definition), declaredChanges(definition)];
    const made = {
      ...{ id, version, blobType, definition, changes },
      keptBy: keeper,
      validate: compileSchema(definition),
    };
    this.#byKey.set(`${id}@${version}`, made, { size: definitionBytes(definition) });
    return made;
  }
}

async function loadNewest(
  http: Pick<ServiceHttp, 'call'>,
  compiled: CompiledSchemas,
  schemaId: string,
): Promise<Newest> {
  try {
    const document = await read(http, schemaId);
    const { versions, withdrawn_versions: withdrawn } = document;
    return { schema: compiled.of(document), versions, withdrawn };
  } catch (error) {
    // An answer, which replaces the cached one.
    if (error instanceof BlobgraphError && error.code === 'SCHEMA_WITHDRAWN') return { refusal: error };
    throw error;
  }
}

interface SchemaClientDependencies {
  readonly http: Pick<ServiceHttp, 'call'>;
  readonly clock: Clock;
  /** By schema. Default: those that ship. */
  readonly written?: Readonly<Record<string, readonly WrittenUpcaster[]>>;
}

export function createSchemaClient(deps: SchemaClientDependencies): SchemaClient {
  const compiled = new CompiledSchemas();
  const newest = keepAnswers({
    load: (schemaId: string) => loadNewest(deps.http, compiled, schemaId),
    max: MAX_KEPT,
    freshMs: NEWEST_FRESH_MS,
    graceMs: NEWEST_GRACE_MS,
    retryMs: RETRY_MS,
    clock: deps.clock,
  });

  async function standing(schemaId: string) {
    const found = await newest.get(schemaId);
    if ('refusal' in found) throw found.refusal;
    return found;
  }
  const validator = async (schemaId: string, version?: string): Promise<LoadedSchema> => {
    if (version === undefined) return (await standing(schemaId)).schema;
    return compiled.get(schemaId, version) ?? compiled.of(await read(deps.http, schemaId, version));
  };
  const written = deps.written ?? upcasters;
  /** The versions that take documents. */
  async function taking(schemaId: string): Promise<string[]> {
    const { versions, withdrawn } = await standing(schemaId);
    return versions.filter((version) => !withdrawn.includes(version));
  }
  return {
    validator,
    async upcast({ schemaId, schemaVersion, data }, version) {
      if (version === schemaVersion) return data;
      const schema = {
        id: schemaId,
        versions: await taking(schemaId),
        written: (Object.hasOwn(written, schemaId) && written[schemaId]) || [],
        version: (each: string) => validator(schemaId, each),
      };
      return upcast(schema, data, schemaVersion, version);
    },
    async readableAs({ schemaId, schemaVersion }, range) {
      if (isInRange(range, schemaVersion)) return schemaVersion;
      const newer = (await taking(schemaId)).filter((version) => newestFirst(version, schemaVersion) < 0);
      return newer.filter((version) => isInRange(range, version)).sort(newestFirst)[0] ?? null;
    },
    async validatorOfNew(schemaId, version) {
      const { withdrawn } = await standing(schemaId);
      if (version === undefined || !withdrawn.includes(version)) return validator(schemaId, version);
      const message = `Version ${version} of \`${schemaId}\` was withdrawn: it takes no new documents. Name another, or none.`;
      throw new BlobgraphError('SCHEMA_WITHDRAWN', message);
    },
  };
}
