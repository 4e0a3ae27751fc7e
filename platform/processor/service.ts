import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { type DocumentNode, Kind, parse } from 'graphql';
import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { createProcessorClient } from '../clients/processor.ts';
import {
  createProcessorCatalog,
  createRegistryClient,
  type ProcessorDeclaration,
  type RegistryClient,
  registerUntilDone,
} from '../clients/registry.ts';
import { createSchemaClient } from '../clients/schemas.ts';
import { createStateClient } from '../clients/state.ts';
import type { Config, ServiceName } from '../config/config.ts';
import { measureEventLog } from '../event-log/room/metrics.ts';
import { beginLive, liveFrom } from '../events/live-cursor.ts';
import { ownKeys } from '../identity/service/own-keys.ts';
import { objectDoor } from '../objects/signed/door.ts';
import { projectFile } from '../process/paths.ts';
import type { ServiceRuntime } from '../runtime/runtime.ts';
import { serveSubgraph } from '../serving/graphql/graphql.ts';
import { WholeNumberResolver } from '../serving/graphql/scalars.ts';
import { eventLogCheck } from '../serving/health.ts';
import type { ServiceDefinition, ServiceParts } from '../serving/service.ts';
import { type Artifacts, createArtifacts, noArtifacts } from './artifacts/artifacts.ts';
import type { ArtifactDependencies } from './artifacts/definition.ts';
import { createCommands } from './commands/command.ts';
import { createFiles } from './files/files.ts';
import { createContext, resolveMembers, resolversOf } from './graphql/resolvers.ts';
import type { Context, Kit } from './kit/kit.ts';
import type { OpenedResources } from './kit/open.ts';
import { plainReader } from './kit/reader.ts';
import { createRebuilder } from './rebuilding/rebuilder.ts';
import { artifactRoutes } from './rest/artifact-routes.ts';
import { blobRoutes } from './rest/blob-routes.ts';
import { eraserRoutes } from './rest/eraser-routes.ts';
import { fileRoutes } from './rest/file-routes.ts';
import { inventoryRoutes } from './rest/inventory-routes.ts';
import { type AssertReader, createReaders } from './rest/readers.ts';
import { textRoutes } from './rest/text-routes.ts';
import { createRegistrar } from './runs/registrar.ts';
import {
  type AnyProcessor,
  databaseOf,
  type OpenedStore,
  openStore,
  type StoreConfig,
  storageOf,
} from './store.ts';
import { createLifecycle, type Lifecycle } from './worker/lifecycle.ts';
import { createWorker } from './worker/worker.ts';

export { databaseOf } from './store.ts';
export type { AnyProcessor };

/** A processor's declaration. */
function declarationOf(
  definition: AnyProcessor,
  config: Pick<Config, 'urls' | 'canaryShare'> & StoreConfig,
): ProcessorDeclaration {
  const { id, version, name, description, takes = {}, optIn = [], reads = [], makes, limits } = definition;
  const storage = storageOf(definition, config);
  return {
    id,
    name,
    description,
    version,
    storage_type: storage.type,
    connection_string: storage.address,
    database_name: databaseOf(definition),
    takes: takes as NonNullable<ProcessorDeclaration['takes']>,
    opt_in_schema_ids: optIn,
    // Left out where there is none: a registry of the previous release does not know of it.
    ...(definition.takesVersions ? { takes_versions: definition.takesVersions } : {}),
    event_subscriptions: Object.keys(takes),
    input_schema_ids: [...new Set([...Object.values(takes as Record<string, string[]>).flat(), ...reads])],
    output_schema_id: makes.schema,
    graphql_type: makes.type,
    shown_as: makes.shownAs ?? null,
    base_url: config.urls[id as ServiceName],
    ...(config.canaryShare === undefined ? {} : { canary: { share: config.canaryShare } }),
    max_concurrency: limits.concurrency,
    timeout_seconds: Math.ceil(limits.seconds),
  };
}

/** Opens what is a processor's own. */
async function openOwn(
  { id, settings, open }: AnyProcessor,
  { config, logger, clock, ids }: ServiceRuntime,
  { database, objects }: OpenedStore,
  kit: Pick<Kit, 'state' | 'files'>,
): Promise<OpenedResources> {
  const own = {
    ...kit,
    ids,
    settings: settings ? config.settings(settings) : {},
    logger,
    clock,
    objects,
    get database() {
      if (database) return database;
      throw new Error(`${id} keeps its records in Redis, beside which nothing is kept`);
    },
  };
  return (await open?.(own)) ?? {};
}

async function openArtifacts(
  { id, artifacts: definitions, limits }: AnyProcessor,
  { journal }: OpenedStore,
  deps: Omit<ArtifactDependencies, 'processorId' | 'definitions' | 'seconds' | 'concurrency' | 'journal'>,
): Promise<Artifacts> {
  if (!definitions) return noArtifacts;
  if (!journal) throw new Error(`${id} keeps its records in Redis, where no artifacts are kept`);
  await journal.prepare();
  return createArtifacts({ ...deps, processorId: id, definitions, ...limits, journal });
}

async function openKit(
  definition: AnyProcessor,
  runtime: ServiceRuntime,
  store: OpenedStore,
  standing: Kit['standing'],
): Promise<Kit> {
  const { clock, http, ids, logger } = runtime;
  const { records, tags, objects, sweeper } = store;
  await records.prepare();
  const state = createStateClient(http);
  const keys = await ownKeys(definition.id as ServiceName, runtime);
  const direct = await runtime.publicObjects();
  const files = createFiles({ service: definition.id, keys, clock, direct });
  // Last, since a failure after it would leave it open.
  const opened = await openOwn(definition, runtime, store, { state, files });
  const processors = createProcessorClient(http);
  const deps = { objects, records, state, processors, opened, clock, ids, logger };
  const artifacts = await openArtifacts(definition, store, deps);
  const made = {
    definition,
    opened,
    records,
    registrar: createRegistrar({ processor: definition, records, state, clock, logger }),
    state,
    standing,
    processors,
    schemas: createSchemaClient({ http, clock }),
    clock,
    ids,
    logger,
  };
  const reader = definition.records.rebuildable ? createRebuilder(made) : plainReader(records);
  return { ...made, reader, tags, artifacts, files, objects, ...(sweeper ? { sweeper } : {}) };
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
  {
    assertReader,
    sdl,
    eventLog,
  }: Pick<ServiceRuntime, 'eventLog'> & { assertReader: AssertReader; sdl: string },
): Promise<void> {
  const { definition, records, reader, artifacts, logger } = kit;
  const { id, makes } = definition;
  const { schemas } = kit;
  blobRoutes(app, {
    ...{ records, reader, definition: definition.records, schemaId: makes.schema, schemas, assertReader },
  });
  const { rebuildable = false } = definition.records;
  inventoryRoutes(app, { processorId: id, inventory: records, rebuildable });
  eraserRoutes(app, { eraser: records, artifacts, opened: kit.opened });
  artifactRoutes(app, kit, assertReader);
  textRoutes(app, kit);
  fileRoutes(app, kit);
  objectDoor(app, { objects: kit.objects, addresses: kit.files.addresses });
  definition.routes?.(app, kit);
  const typeDefs = parse(sdl);
  serveSubgraph<Context>(app, {
    typeDefs,
    resolvers: { ...scalarsOf(typeDefs), ...resolversOf(definition, createCommands(kit)) },
    finish: resolveMembers,
    context: (caller) => createContext(kit, caller, liveFrom(eventLog)),
    begin: beginLive,
    logger,
  });
}

/** Whether events can ask it for runs. */
const worksOnEvents = ({ takes, commands = {} }: AnyProcessor): boolean =>
  takes !== undefined || Object.values(commands).some(({ pending }) => pending);

const sdlOf = ({ id }: AnyProcessor): string =>
  readFileSync(projectFile('subgraphs', id, 'schema.graphql'), 'utf8');

/** Registers the processor. Not waited for: the registry may start later. */
function enlist(
  definition: AnyProcessor,
  { config, http, logger }: ServiceRuntime,
  signal: AbortSignal,
): void {
  const declaration = declarationOf(definition, config);
  registerUntilDone(createRegistryClient(http), declaration, signal).catch((error: unknown) => {
    if (!signal.aborted) logger.error({ err: error }, 'the registry refused the processor');
  });
}

/** Holds those who read its blobs in batches to what they may. */
const readersOf = (definition: AnyProcessor, registry: RegistryClient, { clock, logger }: ServiceRuntime) =>
  createReaders({
    processors: createProcessorCatalog({ registry, clock, logger }),
    processorId: definition.id,
    schemaId: definition.makes.schema,
  });

/** Of what it stands on. */
const checksOf = (kit: Kit, { eventLog }: ServiceRuntime): ServiceParts['checks'] => ({
  store: () => kit.records.ping(),
  ...(kit.definition.artifacts || kit.sweeper ? { objects: () => kit.objects.ping() } : {}),
  ...(worksOnEvents(kit.definition) ? { 'event log': eventLogCheck(eventLog) } : {}),
});

async function createParts(
  definition: AnyProcessor,
  sdl: string,
  runtime: ServiceRuntime,
): Promise<ServiceParts> {
  const { http, logger } = runtime;
  const eventLog = worksOnEvents(definition) ? await runtime.eventLog() : null;
  const store = await openStore(definition, runtime);
  const kit = await openKit(definition, runtime, store, () => lifecycle.standing);
  const worker = eventLog && createWorker({ kit, eventLog });
  if (worker) measureEventLog(runtime.metrics, runtime.eventLog);
  const stopping = new AbortController();
  const registry = createRegistryClient(http);
  const silence = () => kit.registrar.stop();
  const asCandidate = runtime.config.canaryShare !== undefined;
  const lifecycle: Lifecycle = createLifecycle({
    ...{ processor: definition, registry, worker, silence, logger, asCandidate },
  });
  return {
    checks: checksOf(kit, runtime),
    install(app) {
      const { eventLog } = runtime;
      return install(app, kit, { assertReader: readersOf(definition, registry, runtime), sdl, eventLog });
    },
    async start() {
      enlist(definition, runtime, stopping.signal);
      kit.registrar.start();
      kit.artifacts.start();
      kit.sweeper?.start();
      kit.opened.start?.();
      await lifecycle.start();
    },
    async stop() {
      stopping.abort();
      await lifecycle.stop();
      await kit.registrar.stop();
      await kit.artifacts.stop();
      await kit.sweeper?.stop();
    },
    async close() {
      await kit.opened.close?.();
      await store.close();
    },
  };
}

/** A processor as a service: the same alone and beside the others in one process. `sdl`: default, its `schema.graphql`. */
export const processorService = (definition: AnyProcessor, sdl = sdlOf(definition)): ServiceDefinition => ({
  name: definition.id as ServiceName,
  worksOnEvents: definition.takes !== undefined,
  create: (runtime) => createParts(definition, sdl, runtime),
});
