import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ProcessorDocument } from '../../platform/clients/registry.ts';
import type { SchemaDocument } from '../../platform/clients/schemas.ts';
import { JWKS_PATH } from '../../platform/identity/keys/jwks.ts';
import {
  newServiceKey,
  readServiceKeys,
  type ServiceKeys,
} from '../../platform/identity/keys/service-keys.ts';
import { UsageError } from '../../platform/process/exit.ts';
import { createOwnCallsJudge } from './checks/own-calls.ts';
import { readJson, readSchemas, sampleOf } from './documents.ts';
import { Calls, routed } from './lab/calls.ts';
import type { Findings } from './lab/findings.ts';
import { Lab, type LabDependencies, MAKER, READER, ROGUE } from './lab/lab.ts';
import { openTestedLog } from './lab/log.ts';
import type { Options } from './options.ts';
import { RegistryStandIn, registered, schemaRoutes } from './stand-ins/registry.ts';
import { ok, type Received, type Routes, type StandIn, startStandIn } from './stand-ins/server.ts';
import { memberOf, StateStandIn, type Told } from './stand-ins/state.ts';

/** Stand-ins of everything that a processor uses. */
export interface Surroundings {
  readonly lab: Lab;
  /** Environment of the processor. */
  readonly environment: Readonly<Record<string, string>>;
  /** The processor; undefined until it is registered. */
  readonly processor: () => ProcessorDocument | undefined;
  /** Stops the stand-ins and deletes the streams. */
  close(): Promise<void>;
}

const readFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
};

function keysFrom(file: string | undefined): () => ServiceKeys {
  if (file === undefined) return () => readServiceKeys(newServiceKey());
  const text = readFile(file);
  return () => readServiceKeys(text);
}

/** A registered processor beside the tested one. `reads`: its input schemas. */
const helper = (id: string, base_url: string, reads: readonly string[]) =>
  registered({
    id,
    name: id,
    storage_type: 'postgresql',
    connection_string: 'none',
    database_name: 'none',
    input_schema_ids: [...reads],
    event_subscriptions: [],
    output_schema_id: 'conformance-v1',
    graphql_type: 'Conformance',
    base_url,
  });

/** Routes of the played processor that owns derived sources. */
const makerRoutes = (state: StateStandIn): Routes => ({
  'POST /blobs/batch': (call) => {
    const found = [memberOf(call, 'ids')].flat().flatMap((id) => state.sources.get(String(id)) ?? []);
    return ok({
      blobs: found.map(({ id, user, data, schemaId }) => ({ id, user_id: user, schema_id: schemaId, data })),
    });
  },
});

async function startStandIns(
  options: Options,
  routes: Readonly<Record<string, Routes>>,
  hear: (call: Received) => Promise<void>,
): Promise<Map<string, StandIn>> {
  const keys = keysFrom(options.key);
  const started = new Map<string, StandIn>();
  for (const [index, [name, own]] of Object.entries(routes).entries()) {
    const port = options.port === 0 ? 0 : options.port + index;
    started.set(name, await startStandIn(name, { port, keys: keys(), routes: own, hear }));
  }
  return started;
}

/** Checks that a blob can be read when it is first reported to state. */
function watchStored(lab: Lab, state: StateStandIn, findings: Findings): void {
  const seen = new Set<unknown>();
  state.onTold = async ({ remote_blob_id: id, user_id: user, content_hash }: Told) => {
    if (seen.has(id) || content_hash === undefined || typeof id !== 'string' || typeof user !== 'string')
      return;
    seen.add(id);
    const answer = await lab.ask('GET', routed`/blobs/${id}`, user).catch(() => undefined);
    if (answer?.status === 200) findings.kept('R6');
    else if (answer?.status === 404)
      findings.wrong('R6', `${id} was reported to state, and GET /blobs/${id} was answered 404.`);
  };
}

export interface SurroundingsDependencies {
  readonly natsServers: readonly string[];
  readonly findings: Findings;
  /** How the processor ended; undefined while it runs, or when it was not started here. */
  readonly ended: () => string | undefined;
  /** Number of queries to the store so far; undefined when the store is not watched. */
  readonly storeQuestions: (() => number) | undefined;
}

const HELPERS: ReadonlySet<string> = new Set([MAKER, READER, ROGUE]);

/** The tested processor; undefined until it is registered. */
const testedIn = ({ processors }: RegistryStandIn): ProcessorDocument | undefined =>
  [...processors.values()].find(({ id }) => !HELPERS.has(id));

const registersItself = ({ method, path, to }: Received): boolean =>
  to === 'processors' && method === 'POST' && path === '/api/v1/processors';

/** Records every call of the processor, and checks its token. */
function createHearing(
  { url }: Options,
  deps: { journal: Received[]; findings: Findings; state: StateStandIn; registry: RegistryStandIn },
) {
  const { journal, findings, state, registry } = deps;
  const jwks = async () => (await fetch(`${url}${JWKS_PATH}`)).text();
  const judge = createOwnCallsJudge({ id: () => testedIn(registry)?.id, jwks, state });
  return async (call: Received): Promise<void> => {
    journal.push(call);
    const sentence = registersItself(call) ? 'N4' : 'I9';
    const flaw = await judge(call);
    if (flaw === undefined) findings.kept(sentence);
    else findings.wrong(sentence, `${call.method} ${call.path} of ${call.to} has a wrong token: ${flaw}.`);
  };
}

/** Registers the processor, if its declaration is given, and the played processors. */
function enlist({ processors }: RegistryStandIn, options: Options, urlOf: (name: string) => string): void {
  if (options.registration !== undefined) {
    const given = readJson(options.registration) as object;
    const own = registered({ ...given, base_url: options.url });
    processors.set(own.id, own);
  }
  processors.set(MAKER, helper(MAKER, urlOf(MAKER), ['conformance-v1']));
  processors.set(ROGUE, helper(ROGUE, urlOf(ROGUE), ['note-v1']));
}

/** The tested processor. Also registers the played one that may read its results, whose schema is known only now. */
const withReader = (registry: RegistryStandIn, urlOf: (name: string) => string) => (): ProcessorDocument => {
  const tested = testedIn(registry) as ProcessorDocument;
  registry.processors.set(READER, helper(READER, urlOf(READER), [tested.output_schema_id]));
  return tested;
};

/** Inputs of the checks from the command line. */
function inputsOf(
  options: Options,
): Pick<LabDependencies, 'schemas' | 'sampleOf' | 'operation' | 'patienceMs'> {
  const schemas = readSchemas(options.schemas);
  const samples = new Map([...options.samples].map(([id, file]) => [id, readJson(file)]));
  const operation = options.operation === undefined ? undefined : readJson(options.operation);
  return {
    schemas,
    sampleOf: (schemaId) => sampleOf(schemaId, schemas, samples),
    operation: operation as LabDependencies['operation'],
    patienceMs: options.patienceMs,
  };
}

/** Routes of all stand-ins, by name. */
const routesOf = (state: StateStandIn, registry: RegistryStandIn, schemas: readonly SchemaDocument[]) => ({
  gateway: {},
  state: state.routes,
  processors: registry.routes,
  schemas: schemaRoutes(schemas),
  ...{ [MAKER]: makerRoutes(state), [READER]: {}, [ROGUE]: {} },
});

/** Variables that tell the processor where the services are. */
const addressesOf = (urlOf: (name: string) => string) => ({
  ...{ STATE_URL: urlOf('state'), PROCESSORS_URL: urlOf('processors') },
  ...{ SCHEMAS_URL: urlOf('schemas'), GATEWAY_URL: urlOf('gateway') },
});

/** Starts the stand-ins and the event log. @throws StartersFault */
export async function openSurroundings(
  options: Options,
  deps: SurroundingsDependencies,
): Promise<Surroundings> {
  const { findings, natsServers, ended, storeQuestions } = deps;
  const inputs = inputsOf(options);
  const [state, registry, journal] = [new StateStandIn(), new RegistryStandIn(), [] as Received[]];
  const hear = createHearing(options, { journal, findings, state, registry });
  const routes = routesOf(state, registry, inputs.schemas);
  const namespace = options.namespace ?? `conformance_${randomBytes(5).toString('hex')}`;
  const log = await openTestedLog(natsServers, namespace);
  const standIns = await startStandIns(options, routes, hear).catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
  const urlOf = (name: string) => standIns.get(name)?.url ?? '';
  enlist(registry, options, urlOf);
  const calls = new Calls({
    url: options.url,
    to: () => testedIn(registry)?.id ?? '',
    keyOf: (service) => (standIns.get(service)?.keys ?? keysFrom(undefined)())[0],
    hear: (id, seen) => findings.wrong(id, seen),
  });
  const played = { calls, log, state, registry, standIns, journal, findings, ended, storeQuestions };
  const lab = new Lab({ ...inputs, ...played, processor: withReader(registry, urlOf) });
  watchStored(lab, state, findings);
  return {
    lab,
    processor: () => testedIn(registry),
    environment: {
      ...addressesOf(urlOf),
      ...{ NATS_URL: natsServers.join(','), NAMESPACE: namespace, NATS_MAX_MEBIBYTES: '64' },
    },
    async close() {
      await calls.close();
      await Promise.all([...standIns.values()].map((standIn) => standIn.close()));
      await log.close();
    },
  };
}
