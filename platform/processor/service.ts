import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { type DocumentNode, Kind, parse } from 'graphql';
import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { createProcessorClient } from '../clients/processor.ts';
import {
  createProcessorCatalog,
  createRegistryClient,
  type ProcessorRegistration,
  registerUntilDone,
} from '../clients/registry.ts';
import { createSchemaClient } from '../clients/schemas.ts';
import { createStateClient } from '../clients/state.ts';
import type { Clock } from '../clock.ts';
import type { Config, ServiceName } from '../config.ts';
import { measureEventLog } from '../event-log/room/metrics.ts';
import { ownKeys } from '../identity/service/own-keys.ts';
import type { Logger } from '../logger.ts';
import type { ObjectStore } from '../objects/objects.ts';
import { objectDoor } from '../objects/signed/door.ts';
import { projectFile } from '../paths.ts';
import type { ServiceRuntime } from '../runtime.ts';
import { WholeNumberResolver } from '../scalars.ts';
import { serveSubgraph } from '../serving/graphql.ts';
import { eventLogCheck } from '../serving/health.ts';
import type { ServiceDefinition } from '../serving/service.ts';
import { createMongoJournal } from './artifacts/journal.mongo.ts';
import { createPostgresJournal } from './artifacts/journal.postgres.ts';
import type { ArtifactJournal } from './artifacts/journal.ts';
import { createArtifacts } from './artifacts.ts';
import { createCommands } from './commands/command.ts';
import type { OpenedResources, OwnDatabase, ProcessorDefinition } from './define.ts';
import { createFiles } from './files.ts';
import { type Context, createContext, resolveMembers, resolversOf } from './graphql/resolvers.ts';
import type { Kit } from './kit.ts';
import { createLifecycle } from './lifecycle.ts';
import { createMongoRecords } from './records/mongo/records.mongo.ts';
import { createPostgresRecords } from './records/postgres/records.postgres.ts';
import type { Records } from './records/records.ts';
import { createObjectRecords } from './records/s3/records.s3.ts';
import type { ObjectSweeper } from './records/s3/sweeper.ts';
import { createRegistrar } from './registrar.ts';
import { artifactRoutes } from './rest/artifact-routes.ts';
import { blobRoutes } from './rest/blob-routes.ts';
import { eraserRoutes } from './rest/eraser-routes.ts';
import { fileRoutes } from './rest/file-routes.ts';
import { inventoryRoutes } from './rest/inventory-routes.ts';
import { type AssertReader, createReaders } from './rest/readers.ts';
import { createWorker, type Worker } from './runs/worker.ts';

/** The database of a processor's own, e.g. `text_expansion`. */
export const databaseOf = ({ id }: Pick<ProcessorDefinition, 'id'>): string => id.replaceAll('-', '_');

// biome-ignore lint/suspicious/noExplicitAny: any processor, whatever it opens and is set by
export type AnyProcessor = ProcessorDefinition<any, any>;

/** Whether its records are in MongoDB in this installation. */
const inMongo = (
  { records }: AnyProcessor,
  { mongoUrl }: { readonly mongoUrl: string | undefined },
): boolean => records.store === 'mongodb' && mongoUrl !== undefined;

/** Where its records are, as its registration tells. */
function storageOf(
  definition: AnyProcessor,
  { mongoUrl, postgresUrl, s3 }: StoreConfig,
): Pick<ProcessorRegistration, 'storage_type' | 'connection_string'> {
  if (definition.records.store === 's3') {
    const place = s3 ? `${s3.endpoint.replace(/\/+$/, '')}/${s3.bucket}` : 'embedded';
    return { storage_type: 's3', connection_string: place };
  }
  const isMongo = inMongo(definition, { mongoUrl });
  return {
    storage_type: isMongo ? 'mongodb' : 'postgresql',
    connection_string: (isMongo ? mongoUrl : postgresUrl) ?? 'embedded',
  };
}

type StoreConfig = Pick<Config, 'mongoUrl' | 'postgresUrl' | 's3'>;

/** A processor's registration. */
export function registrationOf(
  definition: AnyProcessor,
  config: Pick<Config, 'urls'> & StoreConfig,
): ProcessorRegistration {
  const { id, version, name, description, takes = {}, reads = [], makes, limits } = definition;
  return {
    id,
    name,
    description,
    version,
    ...storageOf(definition, config),
    database_name: databaseOf(definition),
    takes: takes as NonNullable<ProcessorRegistration['takes']>,
    event_subscriptions: Object.keys(takes),
    input_schema_ids: [...new Set([...Object.values(takes as Record<string, string[]>).flat(), ...reads])],
    output_schema_id: makes.schema,
    graphql_type: makes.type,
    shown_as: makes.shownAs ?? null,
    base_url: config.urls[id as ServiceName],
    max_concurrency: limits.concurrency,
    timeout_seconds: Math.ceil(limits.seconds),
  };
}

async function openDatabase(definition: AnyProcessor, runtime: ServiceRuntime): Promise<OwnDatabase> {
  const name = databaseOf(definition);
  return runtime.mongo && inMongo(definition, { mongoUrl: 'given' })
    ? { kind: 'mongodb', database: runtime.mongo.database(name) }
    : { kind: 'postgresql', database: await runtime.sql(name) };
}

interface OpenedRecords {
  readonly records: Records;
  /** Where it has objects beside its records. */
  readonly sweeper?: ObjectSweeper;
}

function recordsIn(
  { records }: AnyProcessor,
  own: OwnDatabase,
  deps: { readonly objects: ObjectStore; readonly clock: Clock; readonly logger: Logger },
): OpenedRecords {
  if (own.kind === 'mongodb') return { records: createMongoRecords(own.database, records) };
  return records.store === 's3'
    ? createObjectRecords(records, { sql: own.database, ...deps })
    : { records: createPostgresRecords(own.database, records) };
}

async function openJournal({ artifacts }: AnyProcessor, own: OwnDatabase): Promise<ArtifactJournal> {
  const journal =
    own.kind === 'mongodb' ? createMongoJournal(own.database) : createPostgresJournal(own.database);
  if (artifacts) await journal.prepare();
  return journal;
}

async function openKit(
  definition: AnyProcessor,
  runtime: ServiceRuntime,
  standing: Kit['standing'],
): Promise<Kit> {
  const { clock, config, http, ids, logger } = runtime;
  const settings = definition.settings ? config.settings(definition.settings) : {};
  const database = await openDatabase(definition, runtime);
  const objects = await runtime.objects();
  const keys = await ownKeys(definition.id as ServiceName, runtime);
  const direct = await runtime.publicObjects();
  const files = createFiles({ service: definition.id, keys, clock, direct });
  const { records, sweeper } = recordsIn(definition, database, { objects, clock, logger });
  await records.prepare();
  const state = createStateClient(http);
  const journal = await openJournal(definition, database);
  // Last of what may fail: nobody would close it.
  const opened: OpenedResources =
    (await definition.open?.({ settings, logger, clock, database, objects })) ?? {};
  const artifacts = createArtifacts({
    processorId: definition.id,
    definitions: definition.artifacts ?? {},
    seconds: definition.limits.seconds,
    concurrency: definition.limits.concurrency,
    objects,
    journal,
    records,
    state,
    opened,
    clock,
    ids,
    logger,
  });
  return {
    definition,
    opened,
    records,
    registrar: createRegistrar({ processor: definition, records, state, clock, logger }),
    artifacts,
    files,
    objects,
    ...(sweeper ? { sweeper } : {}),
    state,
    standing,
    processors: createProcessorClient(http),
    schemas: createSchemaClient({ http, clock }),
    clock,
    ids,
    logger,
  };
}

const scalars = { DateTime: DateTimeISOResolver, JSON: JSONResolver, BigInt: WholeNumberResolver };

/** Resolvers of the scalars that the processor's schema declares. */
function scalarsOf({ definitions }: DocumentNode): Record<string, unknown> {
  const names = definitions.flatMap((one) =>
    one.kind === Kind.SCALAR_TYPE_DEFINITION ? [one.name.value] : [],
  );
  return Object.fromEntries(names.map((name) => [name, scalars[name as keyof typeof scalars]]));
}

/** Serves a processor's GraphQL and REST. */
async function install(
  app: FastifyInstance,
  kit: Kit,
  assertReader: AssertReader,
  sdl: string,
): Promise<void> {
  const { definition, records, artifacts, logger } = kit;
  const { id, makes } = definition;
  blobRoutes(app, { records, definition: definition.records, schemaId: makes.schema, assertReader });
  inventoryRoutes(app, { processorId: id, inventory: records });
  eraserRoutes(app, { eraser: records, artifacts, opened: kit.opened });
  artifactRoutes(app, kit);
  fileRoutes(app, kit);
  objectDoor(app, { objects: kit.objects, addresses: kit.files.addresses });
  definition.routes?.(app, kit);
  const typeDefs = parse(sdl);
  await serveSubgraph<Context>(app, {
    typeDefs,
    resolvers: { ...scalarsOf(typeDefs), ...resolversOf(definition, createCommands(kit)) },
    finish: resolveMembers,
    context: async ({ caller }) => createContext(kit, caller),
    logger,
  });
}

/** Whether there is anything that an event may ask of it. */
const worksOnEvents = ({ takes, commands = {} }: AnyProcessor): boolean =>
  takes !== undefined || Object.values(commands).some(({ pending }) => pending);

const sdlOf = ({ id }: AnyProcessor): string =>
  readFileSync(projectFile('subgraphs', id, 'schema.graphql'), 'utf8');

/** A processor as a service: the same alone and beside the others in one process. `sdl`: default, its `schema.graphql`. */
export function processorService(definition: AnyProcessor, sdl = sdlOf(definition)): ServiceDefinition {
  return {
    name: definition.id as ServiceName,
    async create(runtime) {
      const { clock, config, http, logger } = runtime;
      const eventLog = worksOnEvents(definition) ? await runtime.eventLog() : null;
      const kit = await openKit(definition, runtime, () => lifecycle.standing);
      const worker: Worker | null = eventLog && createWorker({ kit, eventLog });
      if (worker) measureEventLog(runtime.metrics, runtime.eventLog);
      const stopping = new AbortController();
      const registry = createRegistryClient(http);
      const readers = createReaders({
        processors: createProcessorCatalog({ registry, clock, logger }),
        processorId: definition.id,
        schemaId: definition.makes.schema,
      });
      const silence = () => kit.registrar.stop();
      const lifecycle = createLifecycle({ processor: definition, registry, worker, silence, logger });
      const enlist = () => registerUntilDone(registry, registrationOf(definition, config), stopping.signal);
      return {
        checks: {
          store: () => kit.records.ping(),
          ...(definition.artifacts || kit.sweeper ? { objects: () => kit.objects.ping() } : {}),
          ...(worker ? { 'event log': eventLogCheck(runtime.eventLog) } : {}),
        },
        install: (app) => install(app, kit, readers, sdl),
        async start() {
          // Not waited for: the registry may start later.
          enlist().catch((error: unknown) => {
            if (!stopping.signal.aborted) logger.error({ err: error }, 'the registry refused the processor');
          });
          kit.registrar.start();
          kit.artifacts.start();
          kit.sweeper?.start();
          await lifecycle.start();
        },
        async stop() {
          stopping.abort();
          await lifecycle.stop();
          await kit.registrar.stop();
          await kit.artifacts.stop();
          await kit.sweeper?.stop();
          await kit.opened.close?.();
        },
      };
    },
  };
}
