import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChangeFeed, openChangeFeed } from '../changes/feed.ts';
import { createServiceHttp } from '../clients/http/http.ts';
import { LocalServices } from '../clients/local/services.ts';
import { type Config, loadConfig, type ServiceName, servicePorts } from '../config/config.ts';
import { openEmbeddedEventLog } from '../event-log/embedded/log.embedded.ts';
import type { EventLog } from '../event-log/log.ts';
import { developmentKeys } from '../identity/keys/development-keys.ts';
import type { Caller } from '../identity/service/caller.ts';
import { createUserTokens } from '../identity/users/user-tokens.ts';
import { randomIds } from '../ids/ids.ts';
import type { ObjectStore } from '../objects/objects.ts';
import { createMemoryLimiter } from '../rates/limiter.memory.ts';
import type { ServiceRuntime } from '../runtime/runtime.ts';
import { type ServiceDefinition, type ServiceRoute, startService } from '../serving/service.ts';
import { createMemoryShelf } from '../shelf/memory/shelf.memory.ts';
import type { SqlServer } from '../sql/database.ts';
import { fileKeep } from '../supergraph/kept/kept.file.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createServiceMetrics } from '../telemetry/metrics.ts';
import { systemClock } from '../time/clock.ts';
import { routeFor, TEST_SECRET, testEgress, testTokens } from './identity.ts';
import { openTemporaryObjects } from './objects.ts';
import { openTemporaryPglite } from './pglite.ts';

/** Nothing listens here: a call of a service that the test did not start is refused at once. */
const NOWHERE = 'http://127.0.0.1:9';

export interface TestServiceOptions extends Partial<Omit<ServiceRuntime, 'config'>> {
  readonly config?: Partial<Omit<Config, 'urls'>>;
  /** Where other services answer, e.g. `{ schemas: other.url }`; those left out do not answer. */
  readonly urls?: Partial<Config['urls']>;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface GraphQLAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

/** A service that was started through {@link startService} on a free port. */
export interface TestService {
  /** Without a trailing slash. */
  readonly url: string;
  readonly routes: readonly ServiceRoute[];
  readonly runtime: ServiceRuntime;
  /** Every line that was logged, as JSON text. */
  readonly logs: readonly string[];
  /** `Authorization` of a caller for one call; default: the gateway on behalf of user `alice`, who has no role. */
  headers(caller?: Partial<Caller>, call?: TestCall): Promise<Record<string, string>>;
  /** One REST request with a caller's identity; `body` is sent as JSON. The answer's body is parsed where it is JSON. */
  rest<Body>(method: string, path: string, options?: RequestOptions): Promise<Answer<Body>>;
  /** One GraphQL operation with a caller's identity. */
  graphql<Data>(
    query: string,
    variables?: Record<string, unknown>,
    caller?: Partial<Caller>,
  ): Promise<GraphQLAnswer<Data>>;
  /** Stops the service and removes its data. */
  stop(): Promise<void>;
}

/** A call that headers are for. Default: `POST /graphql`. */
export interface TestCall {
  readonly method: string;
  readonly path: string;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly caller?: Partial<Caller>;
}

/** A user, for `caller`: `{ viewer: viewer('bob', 'operator') }`. */
export const viewer = (userId: string, ...roles: string[]) => ({ userId, roles });

const defaultCaller: Caller = { service: 'gateway', viewer: viewer('alice') };

function testConfig(name: ServiceName, dataDir: string, options: TestServiceOptions): Config {
  const base = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    ROUTER_SECRET: TEST_SECRET,
    // The gateway's tests are run with each of the planners.
    QUERY_PLANNER: process.env['QUERY_PLANNER'],
  });
  const nowhere = Object.fromEntries(Object.keys(base.urls).map((service) => [service, NOWHERE]));
  const urls = { ...nowhere, ...options.urls } as Config['urls'];
  // The port of the design and this offset add up to 0, which takes any free port.
  return { ...base, portOffset: -servicePorts[name], ...options.config, urls };
}

/** A runtime for one service in memory, and how to take it down. */
async function testRuntime(name: ServiceName, options: TestServiceOptions, logs: string[]) {
  const dataDir = await mkdtemp(join(tmpdir(), 'blobgraph-'));
  const config = testConfig(name, dataDir, options);
  const logger = createLogger('debug', { write: (line) => void logs.push(line) });
  const keys = developmentKeys(dataDir);
  const tokens = testTokens(name);
  const http = createServiceHttp({ urls: config.urls, tokens, egress: testEgress });
  let server: Promise<SqlServer> | undefined;
  let log: Promise<EventLog> | undefined;
  const inMemory = async (database: string) => {
    server ??= openTemporaryPglite();
    return (await server).database(database);
  };
  const sql = options.sql ?? inMemory;
  const openLog = async () =>
    openEmbeddedEventLog({ database: await sql('event_log'), clock: systemClock, logger });
  let feed: Promise<ChangeFeed> | undefined;
  let objects: Promise<ObjectStore> | undefined;
  const runtime: ServiceRuntime = {
    keys,
    clock: systemClock,
    ids: randomIds,
    logger,
    serviceTokens: tokens,
    userTokens: createUserTokens({ config, developmentKey: keys.userKey, clock: systemClock }),
    http,
    local: new LocalServices(),
    egress: testEgress,
    metrics: createServiceMetrics(name),
    mongo: undefined,
    sql,
    redis: async () => undefined,
    shelf: async (place) => {
      const { redis, namespace } = config;
      const file = join(dataDir, 'redis', `${namespace}_${place}`);
      return createMemoryShelf({ file, maxBytes: redis.embeddedBytes, ttlMs: redis.ttlMs, logger });
    },
    supergraphKeep: async () => fileKeep(join(dataDir, 'supergraph', `${name}.json`)),
    limiter: async (rate) => createMemoryLimiter(rate, runtime.clock),
    objects() {
      objects ??= openTemporaryObjects();
      return objects;
    },
    publicObjects: async () => null,
    eventLog() {
      log ??= openLog();
      return log;
    },
    changeFeed() {
      feed ??= runtime.eventLog().then((opened) => openChangeFeed({ log: opened, logger }));
      return feed;
    },
    embedded: () => ['MongoDB', 'PostgreSQL', 'NATS', 'S3', 'Redis'],
    ...options,
    config,
  };
  const close = async () => {
    await http.close();
    await (await feed)?.close();
    await (await log)?.close();
    await (await server)?.close();
    await (await objects)?.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { runtime, close };
}

async function parsed<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: (json ? JSON.parse(text) : text) as Body,
  };
}

/**
 * Starts a service as in production, but in memory (PGlite, the embedded event log; objects in a temporary folder), on a
 * free port and with its log collected. `options` replaces parts of what it stands on.
 */
export async function startTestService(
  definition: ServiceDefinition,
  options: TestServiceOptions = {},
): Promise<TestService> {
  const logs: string[] = [];
  const { runtime, close } = await testRuntime(definition.name, options, logs);
  const service = await startService(definition, runtime).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const headers = async (
    caller: Partial<Caller> = {},
    { method, path }: TestCall = { method: 'POST', path: '/graphql' },
  ) => {
    const from = { ...defaultCaller, ...caller };
    const route = routeFor(service.routes, method, path);
    const call = { to: definition.name, baseUrl: service.url, route, viewer: from.viewer };
    return { authorization: `Bearer ${await testTokens(from.service).sign(call)}` };
  };
  const rest = async <Body>(method: string, path: string, { body, caller }: RequestOptions = {}) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { ...(await headers(caller, { method, path })), ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return parsed<Body>(response);
  };
  return {
    url: service.url,
    routes: service.routes,
    runtime,
    logs,
    headers,
    rest,
    async graphql<Data>(query: string, variables: Record<string, unknown> = {}, caller?: Partial<Caller>) {
      const body = { query, variables };
      const answer = await rest<GraphQLAnswer<Data>>(
        'POST',
        '/graphql',
        caller ? { body, caller } : { body },
      );
      return answer.body;
    },
    async stop() {
      await service.stop();
      await close();
    },
  };
}
