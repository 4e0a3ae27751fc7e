import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { isPassing } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ServiceHttp } from './http.ts';
import { keep } from './kept.ts';

export const storageTypes = ['mongodb', 'postgresql', 'redis', 's3'] as const;

/** Where a book shows what a processor makes: as a chapter's expansion, or among its compilations. */
export const bookPlaces = ['chapter.expanded', 'book.compiled'] as const;

/**
 * `paused`: it is given no work until it is resumed, and what it keeps is there. `retired`: its store is gone for good.
 */
export const processorStatuses = ['active', 'paused', 'retired'] as const;
export type ProcessorStatus = (typeof processorStatuses)[number];

/** Schemas of the blobs that a processor takes, by the event that tells of them, e.g. `{ "blob.created": ["text-input-v1"] }`. */
export type Takes = Readonly<Record<string, readonly string[]>>;

/** A processor's registration at its start. */
export interface ProcessorRegistration {
  /** The name under which it asks other services, e.g. `text-expansion`. */
  readonly id: string;
  readonly name: string;
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
  /** Those of `takes` of which it makes something by itself only in books whose owner asked for it. Default: none. */
  readonly opt_in_schema_ids?: readonly string[];
  /** Where a book shows its blobs. Default: nowhere. */
  readonly shown_as?: (typeof bookPlaces)[number] | null;
  /** Runs at once in one process, 1 to 1,000. Default 4. */
  readonly max_concurrency?: number;
  /** How long one run may take, 1 to 3,600. Default 60. */
  readonly timeout_seconds?: number;
  /** Default true. */
  readonly active?: boolean;
}

/** A registered processor as the registry's REST shows it: all but its connection string. */
export const processorDocument = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.string(),
  storage_type: z.enum(storageTypes),
  database_name: z.string(),
  input_schema_ids: z.array(z.string()),
  /** Those of every version that was ever registered, the newest first, at most 1,000: what it may read. */
  readable_schema_ids: z.array(z.string()),
  output_schema_id: z.string(),
  graphql_type: z.string(),
  base_url: z.string(),
  health_endpoint: z.string(),
  query_endpoint: z.string(),
  event_subscriptions: z.array(z.string()),
  takes: z.record(z.string(), z.array(z.string())),
  /** Absent where the registry is of the release before. */
  opt_in_schema_ids: z.array(z.string()).default([]),
  shown_as: z.enum(bookPlaces).nullable(),
  /** Every version that it was ever registered with, the present one first. */
  versions: z.array(z.string()),
  max_concurrency: z.number(),
  timeout_seconds: z.number(),
  /** False also for a retired one. */
  active: z.boolean(),
  created_at: z.string(),
  /** This and the next three are absent where the registry is of the release before. */
  status: z.enum(processorStatuses).default('active'),
  /** ISO 8601; null where it was never changed. */
  status_since: z.string().nullable().default(null),
  /** The operator's words. */
  status_reason: z.string().nullable().default(null),
  /** Versions whose store is gone: none of them is registered again. */
  retired_versions: z.array(z.string()).default([]),
});
export type ProcessorDocument = z.infer<typeof processorDocument>;

/** The processor registry. All reject with BlobgraphError. */
export interface RegistryClient {
  /** One processor; undefined when there is none of that id. */
  find(id: string): Promise<ProcessorDocument | undefined>;
  /** Idempotent. @throws PROCESSOR_INVALID that names the field; FORBIDDEN for another's id */
  register(registration: ProcessorRegistration): Promise<void>;
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
    async register(registration) {
      await http.call('processors', { method: 'POST', path, body: registration, ...own });
    },
    find: async (id) => (await list()).find((processor) => processor.id === id),
    list,
  };
}

/** The registered processors, kept here for those who ask at every blob. */
export interface ProcessorCatalog {
  /** All processors, asked of the registry before the answer. @throws like {@link takers} */
  all(): Promise<ProcessorDocument[]>;
  /** All processors as they were known last, some seconds ago at most. @throws like {@link takers} */
  known(): Promise<ProcessorDocument[]>;
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
}

const CATALOG_FRESH_MS = 2_000;
const CATALOG_GRACE_MS = 30_000;
const CATALOG_RETRY_MS = 2_000;

export const takes = (processor: ProcessorDocument, schemaId: string, event: string): boolean =>
  processor.active && (processor.takes[event] ?? []).includes(schemaId);

/** Whether a processor works on blobs of a schema by itself only in books whose owner asked for it. */
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
  const all = keep({
    load: () =>
      deps.registry.list().catch((error: unknown) => {
        deps.logger.warn({ err: error }, 'the processor registry did not answer');
        throw error;
      }),
    freshMs: CATALOG_FRESH_MS,
    graceMs: CATALOG_GRACE_MS,
    retryMs: CATALOG_RETRY_MS,
    clock: deps.clock,
  });
  return {
    all: () => all.renewed(),
    known: () => all.get(),
    async takers(schemaId, event) {
      const matching = (processors: ProcessorDocument[]) =>
        processors.filter((processor) => takes(processor, schemaId, event));
      const known = matching(await all.get());
      return known.length > 0 ? known : matching(await all.renewed());
    },
    async get(id, fits = () => true) {
      const byId = (processors: ProcessorDocument[]) => processors.find((processor) => processor.id === id);
      const known = byId(await all.get());
      return known && fits(known) ? known : byId(await all.renewed());
    },
  };
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/**
 * Registers a processor, trying again until the registry takes it: it may start later. Waits 0.1 s after the
 * first attempt, twice as long after each, at most 5 s, with jitter.
 * @throws BlobgraphError when the registry refuses the registration; the signal's reason when it aborts
 */
export async function registerUntilDone(
  registry: Pick<RegistryClient, 'register'>,
  registration: ProcessorRegistration,
  signal: AbortSignal,
): Promise<void> {
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, MAX_DELAY_MS)) {
    signal.throwIfAborted();
    try {
      return await registry.register(registration);
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await sleep(delay * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}
