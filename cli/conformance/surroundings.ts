import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ProcessorDocument } from '../../platform/clients/registry.ts';
import { UsageError } from '../../platform/exit.ts';
import { JWKS_PATH } from '../../platform/identity/service/jwks.ts';
import { newServiceKey, readServiceKeys, type ServiceKeys } from '../../platform/identity/service/keys.ts';
import { Calls, routed } from './calls.ts';
import { createOwnCallsJudge } from './checks/own-calls.ts';
import { readJson, readSchemas, sampleOf } from './documents.ts';
import type { Findings } from './findings.ts';
import { Lab, type LabDependencies, MAKER, READER, ROGUE } from './lab.ts';
import { openTestedLog } from './log.ts';
import type { Options } from './options.ts';
import { RegistryStandIn, registered, schemaRoutes } from './stand-ins/registry.ts';
import { ok, type Received, type Routes, type StandIn, startStandIn } from './stand-ins/server.ts';
import { memberOf, StateStandIn, type Told } from './stand-ins/state.ts';

/** Everything that a processor is given, played, before it is started. */
export interface Surroundings {
  readonly lab: Lab;
  /** Variables that tell a processor of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The processor; undefined until it is registered. */
  readonly processor: () => ProcessorDocument | undefined;
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

/** Processors that the registry has beside the one that is tested. `reads`: schemas. */
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

/** Blobs of a processor whose blobs the tested one takes. */
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

/** When state is first told of a blob, it can be read. */
function watchStored(lab: Lab, state: StateStandIn, findings: Findings): void {
  const seen = new Set<unknown>();
  state.onTold = async ({ remote_blob_id: id, user_id: user, content_hash }: Told) => {
    if (seen.has(id) || content_hash === undefined || typeof id !== 'string' || typeof user !== 'string')
      return;
    seen.add(id);
    const answer = await lab.ask('GET', routed`/blobs/${id}`, user).catch(() => undefined);
    if (answer?.status === 200) findings.kept('R6');
    else if (answer?.status === 404)
      findings.wrong('R6', `State was told of ${id}, and GET /blobs/${id} was answered 404.`);
  };
}

export interface SurroundingsDependencies {
  readonly natsServers: readonly string[];
  readonly findings: Findings;
  /** What is said of a processor that ended; undefined while it runs, or was not started here. */
  readonly ended: () => string | undefined;
  readonly storeQuestions: (() => number) | undefined;
}

const HELPERS: ReadonlySet<string> = new Set([MAKER, READER, ROGUE]);

/** The processor that is tested; undefined until it is registered. */
const testedIn = ({ processors }: RegistryStandIn): ProcessorDocument | undefined =>
  [...processors.values()].find(({ id }) => !HELPERS.has(id));

const registersItself = ({ method, path, to }: Received): boolean =>
  to === 'processors' && method === 'POST' && path === '/api/v1/processors';

/** Hears every call of the processor, and looks at its token. */
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
    else findings.wrong(sentence, `${call.method} ${call.path} of ${call.to}: of its token, ${flaw}.`);
  };
}

/** Enters the processor as an operator would, where that is asked for, and those beside it. */
function enlist({ processors }: RegistryStandIn, options: Options, urlOf: (name: string) => string): void {
  if (options.registration !== undefined) {
    const given = readJson(options.registration) as object;
    const own = registered({ ...given, base_url: options.url });
    processors.set(own.id, own);
  }
  processors.set(MAKER, helper(MAKER, urlOf(MAKER), ['conformance-v1']));
  processors.set(ROGUE, helper(ROGUE, urlOf(ROGUE), ['note-v1']));
}

/** The processor, with one beside it that reads what it makes: that is known once it is registered. */
const withReader = (registry: RegistryStandIn, urlOf: (name: string) => string) => (): ProcessorDocument => {
  const tested = testedIn(registry) as ProcessorDocument;
  registry.processors.set(READER, helper(READER, urlOf(READER), [tested.output_schema_id]));
  return tested;
};

/** What checks need that does not depend on where anything listens. */
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

/** Starts all that a processor is given. @throws StartersFault */
export async function openSurroundings(
  options: Options,
  deps: SurroundingsDependencies,
): Promise<Surroundings> {
  const { findings, natsServers, ended, storeQuestions } = deps;
  const inputs = inputsOf(options);
  const [state, registry, journal] = [new StateStandIn(), new RegistryStandIn(), [] as Received[]];
  const hear = createHearing(options, { journal, findings, state, registry });
  const routes = {
    ...{
      gateway: {},
      state: state.routes,
      processors: registry.routes,
      schemas: schemaRoutes(inputs.schemas),
    },
    ...{ [MAKER]: makerRoutes(state), [READER]: {}, [ROGUE]: {} },
  };
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
      ...{ STATE_URL: urlOf('state'), PROCESSORS_URL: urlOf('processors') },
      ...{ SCHEMAS_URL: urlOf('schemas'), GATEWAY_URL: urlOf('gateway') },
      ...{ NATS_URL: natsServers.join(','), NAMESPACE: namespace, NATS_MAX_MEBIBYTES: '64' },
    },
    async close() {
      await calls.close();
      await Promise.all([...standIns.values()].map((standIn) => standIn.close()));
      await log.close();
    },
  };
}
