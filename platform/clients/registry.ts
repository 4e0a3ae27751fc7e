import { z } from 'zod';
import { isPassing } from '../errors/errors.ts';
import { isTaken, type TakenVersions } from '../json-schema/versions/range.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import { type Periodic, periodic } from '../time/periodic.ts';
import { retrying } from '../time/retry.ts';
import { canaryDocument, restingDocument } from './canary.ts';
import type { ServiceHttp } from './http/http.ts';
import { keepAnswers } from './kept-answers.ts';

export const storageTypes = ['mongodb', 'postgresql', 'redis', 's3'] as const;

/** Where a book shows what a processor makes: as a chapter's expansion, or among its compilations. */
export const bookPlaces = ['chapter.expanded', 'book.compiled'] as const;

/**
 * `paused`: it is given no work until it is resumed, and what it keeps is there. `retired`: its store is gone for good.
 */
const processorStatuses = ['active', 'paused', 'retired'] as const;
export type ProcessorStatus = (typeof processorStatuses)[number];

/** Schemas of the blobs that a processor takes, by the event that tells of them, e.g. `{ "blob.created": ["text-input-v1"] }`. */
export type Takes = Readonly<Record<string, readonly string[]>>;

/** A processor's account of itself for the registry, at its start. */
export interface ProcessorDeclaration {
  /** The name that it calls other services under, e.g. `text-expansion`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** For people, at most 2,000 UTF-16 units. Default: empty. */
  readonly description?: string;
  /** A part of every derived id. Default `1`. */
  readonly version?: string;
  readonly storage_type: (typeof storageTypes)[number];
  /** Kept encrypted, never shown. `embedded` where the store is in the process itself. */
  readonly connection_string: string;
  readonly database_name: string;
  /** Schemas of the blobs that it takes. */
  readonly input_schema_ids: readonly string[];
  /** Schema of the blobs that it makes. */
  readonly output_schema_id: string;
  /** The GraphQL type of the blobs that it makes. */
  readonly graphql_type: string;
  /** Where it answers, e.g. `http://127.0.0.1:8012`. */
  readonly base_url: string;
  /** Default `/health`. */
  readonly health_endpoint?: string;
  /** Default `/graphql`. */
  readonly query_endpoint?: string;
  /** Kinds of events that it waits for, e.g. `blob.created`. Default: those of `takes`; none: it works on demand. */
  readonly event_subscriptions?: readonly string[];
  /** Schemas taken on each of these events. Default: all of `input_schema_ids` on each. */
  readonly takes?: Takes;
  /** Schemas of `takes` that it works on only in books whose owner opted in. Default: none. */
  readonly opt_in_schema_ids?: readonly string[];
  /** Versions of the schemas that it takes or reads, as ranges by schema, e.g. `{ "text-input-v1": "^1.0.0" }`. Default: all. */
  readonly takes_versions?: TakenVersions;
  /** Where a book shows its blobs. Default: nowhere. */
  readonly shown_as?: (typeof bookPlaces)[number] | null;
  /** Runs at once in one process, 1 to 1,000. Default 4. */
  readonly max_concurrency?: number;
  /** How long one run may take, 1 to 3,600. Default 60. */
  readonly timeout_seconds?: number;
  /** Default true. */
  readonly active?: boolean;
  /**
   * Registers this version as a candidate beside the one that is there, for this share (0 to 1) of new blobs; one that is
   * registered already keeps its own. Absent: as the present version.
   */
  readonly canary?: { readonly share: number };
}

/** A registered processor as the registry's REST shows it: all but its connection string. */
const processorDocument = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.string(),
  storage_type: z.enum(storageTypes),
  database_name: z.string(),
  input_schema_ids: z.array(z.string()),
  /** Schemas of every version that was ever registered, newest first, at most 1,000: those that it may read. */
  readable_schema_ids: z.array(z.string()),
  output_schema_id: z.string(),
  graphql_type: z.string(),
  base_url: z.string(),
  health_endpoint: z.string(),
  query_endpoint: z.string(),
  event_subscriptions: z.array(z.string()),
  takes: z.record(z.string(), z.array(z.string())),
  /** Absent in answers of a registry of the previous release. */
  opt_in_schema_ids: z.array(z.string()).default([]),
  /** Absent in answers of a registry of the previous release. */
  takes_versions: z.record(z.string(), z.string()).default({}),
  shown_as: z.enum(bookPlaces).nullable(),
  /** Every version that it was ever registered with, the present one first. */
  versions: z.array(z.string()),
  max_concurrency: z.number(),
  timeout_seconds: z.number(),
  /** False also for a retired one. */
  active: z.boolean(),
  created_at: z.string(),
  /** This and the next three are absent in answers of a registry of the previous release. */
  status: z.enum(processorStatuses).default('active'),
  /** ISO 8601; null where it was never changed. */
  status_since: z.string().nullable().default(null),
  /** The operator's words. */
  status_reason: z.string().nullable().default(null),
  /** Versions whose store is gone: none of them is registered again. */
  retired_versions: z.array(z.string()).default([]),
  /** The candidate beside the present version; null: none. This and the next two are absent in answers of a registry of the previous release. */
  canary: canaryDocument.nullable().default(null),
  /** Versions that take no more work, the newest first. */
  resting: z.array(restingDocument).default([]),
  /** When a candidate was last promoted or withdrawn, ISO 8601; null: never. */
  canary_ended_at: z.string().nullable().default(null),
});
export type ProcessorDocument = z.infer<typeof processorDocument>;

/** When a processor's status began, ISO 8601; its first declaration where it never changed. */
export const statusSince = ({
  status_since,
  created_at,
}: Pick<ProcessorDocument, 'status_since' | 'created_at'>): string => status_since ?? created_at;

/** The processor registry. All reject with BlobgraphError. */
export interface RegistryClient {
  /** One processor; undefined when there is none of that id. */
  find(id: string): Promise<ProcessorDocument | undefined>;
  /** Idempotent. @throws PROCESSOR_INVALID that names the field; FORBIDDEN for another's id */
  register(declaration: ProcessorDeclaration): Promise<void>;
  /** All processors, by id. */
  list(): Promise<ProcessorDocument[]>;
}

const TIMEOUT_MS = 3_000;

export function createRegistryClient(http: ServiceHttp): RegistryClient {
  const path = '/api/v1/processors';
  const own = { viewer: null, timeoutMs: TIMEOUT_MS };
  const list = async () => {
    const answer = await http.call('processors', { method: 'GET', path, ...own });
    return z.object({ processors: z.array(processorDocument) }).parse(answer).processors;
  };
  return {
    async register(declaration) {
      await http.call('processors', { method: 'POST', path, body: declaration, ...own });
    },
    find: async (id) => (await list()).find((processor) => processor.id === id),
    list,
  };
}

/** The registered processors, kept here for those who ask at every blob. */
export interface ProcessorCatalog {
  /** All processors, read from the registry now. @throws like {@link takers} */
  all(): Promise<ProcessorDocument[]>;
  /** All processors from the cache, at most some seconds old; no promise where they are there. @throws like {@link takers} */
  known(): readonly ProcessorDocument[] | Promise<readonly ProcessorDocument[]>;
  /**
   * The active processors that take blobs of a schema on an event, e.g. `blob.created`, by id. When none is
   * known, the registry is asked before the answer, so that one that has just registered is there.
   * @throws SERVICE_UNAVAILABLE when the registry does not answer and never did
   */
  takers(schemaId: string, event: string): Promise<ProcessorDocument[]>;
  /**
   * Asks the registry like {@link takers} before the answer is undefined, or one that does not fit: it may have
   * registered anew. @throws like {@link takers}
   */
  get(id: string, fits?: (processor: ProcessorDocument) => boolean): Promise<ProcessorDocument | undefined>;
  /**
   * Reads the registry twice a second, so that what is known is not older than that while the registry answers: one request
   * a process, however much is asked of the catalog.
   */
  follow(): Periodic;
}

/** The one thing that the registry is asked. */
const ALL = 'all';
/** With {@link CATALOG_FOLLOW_MS} below it, nobody waits for the registry, and none of its changes is missed for a second. */
const CATALOG_FRESH_MS = 900;
const CATALOG_FOLLOW_MS = 450;
const CATALOG_GRACE_MS = 30_000;
const CATALOG_RETRY_MS = 2_000;

export const takes = (processor: ProcessorDocument, schemaId: string, event: string): boolean =>
  processor.active && (processor.takes[event] ?? []).includes(schemaId);

/** Whether a processor takes blobs of a schema in this version: as it is, or read as a newer one. */
export const takesVersion = (
  { takes_versions }: Pick<ProcessorDocument, 'takes_versions'>,
  { schemaId, schemaVersion }: { readonly schemaId: string; readonly schemaVersion: string },
): boolean => isTaken(takes_versions, schemaId, schemaVersion);

/** Whether a processor works on blobs of a schema only in books whose owner opted in. */
export const isOptIn = (
  { opt_in_schema_ids }: Pick<ProcessorDocument, 'opt_in_schema_ids'>,
  schemaId: string,
): boolean => opt_in_schema_ids.includes(schemaId);

/** Whether a processor, in any of its versions, takes blobs of a schema or reads them. */
export const reads = ({ readable_schema_ids }: ProcessorDocument, schemaId: string): boolean =>
  readable_schema_ids.includes(schemaId);

export function createProcessorCatalog(deps: {
  registry: Pick<RegistryClient, 'list'>;
  clock: Clock;
  logger: Pick<Logger, 'warn'>;
}): ProcessorCatalog {
  const answers = keepAnswers({
    load: () =>
      deps.registry.list().catch((error: unknown) => {
        deps.logger.warn({ err: error }, 'reading the processor registry failed');
        throw error;
      }),
    max: 1,
    freshMs: CATALOG_FRESH_MS,
    graceMs: CATALOG_GRACE_MS,
    retryMs: CATALOG_RETRY_MS,
    clock: deps.clock,
  });
  const known = () => answers.peek(ALL) ?? answers.get(ALL);
  const renewed = () => answers.renewed(ALL);
  return {
    all: renewed,
    known,
    async takers(schemaId, event) {
      const matching = (processors: readonly ProcessorDocument[]) =>
        processors.filter((processor) => takes(processor, schemaId, event));
      const found = matching(await known());
      return found.length > 0 ? found : matching(await renewed());
    },
    async get(id, fits = () => true) {
      const byId = (processors: readonly ProcessorDocument[]) =>
        processors.find((processor) => processor.id === id);
      const found = byId(await known());
      return found && fits(found) ? found : byId(await renewed());
    },
    follow: () =>
      periodic({
        what: 'reading the processor registry',
        everyMs: CATALOG_FOLLOW_MS,
        // The answers that are kept tell of failures.
        logger: undefined,
        turn: () => renewed().then(() => undefined),
      }),
  };
}

const BACKOFF = { baseMs: 100, maxMs: 5_000 } as const;

/**
 * Registers a processor, trying again until the registry takes it: it may start later. Waits 0.1 s after the
 * first attempt, twice as long after each, at most 5 s, with jitter.
 * @throws BlobgraphError when the registry refuses the declaration; the signal's reason when it aborts
 */
export function registerUntilDone(
  registry: Pick<RegistryClient, 'register'>,
  declaration: ProcessorDeclaration,
  signal: AbortSignal,
): Promise<void> {
  return retrying(() => registry.register(declaration), { ...BACKOFF, mayPass: isPassing, signal });
}
