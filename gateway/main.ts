import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  createProcessorCatalog,
  createRegistryClient,
  type ProcessorCatalog,
} from '../platform/clients/registry.ts';
import { createSupergraphClient } from '../platform/clients/supergraph.ts';
import type { Viewer } from '../platform/identity/service/caller.ts';
import { isOperator } from '../platform/identity/users/scopes.ts';
import type { RateLimiter } from '../platform/rates/rate.ts';
import type { ServiceRuntime } from '../platform/runtime/runtime.ts';
import { measureConnections } from '../platform/serving/connections/metrics.ts';
import { OpenConnections } from '../platform/serving/connections/open-connections.ts';
import { createHostCheck, namesOf } from '../platform/serving/doors/hosts.ts';
import { isOriginOf } from '../platform/serving/doors/origins.ts';
import { EventStreams } from '../platform/serving/event-stream/streams.ts';
import { eventLogCheck } from '../platform/serving/health.ts';
import type { ServiceDefinition } from '../platform/serving/service.ts';
import { Sessions } from '../platform/serving/sessions/sessions.ts';
import { SocketDoor } from '../platform/serving/websocket/door.ts';
import { admitCallers, type Callers, type CallersOptions, ratesTold } from './admission/callers.ts';
import { callerOf, type GatewayContext, userOf } from './admission/context.ts';
import { mayExplain } from './admission/explaining.ts';
import type { Documents } from './documents/documents.ts';
import { openDocuments } from './documents/open.ts';
import { MemoryTexts } from './documents/registered/registered-texts.memory.ts';
import { RedisTexts } from './documents/registered/registered-texts.redis.ts';
import { sharedTexts } from './documents/registered/registered-texts.shared.ts';
import type { RegisteredTexts } from './documents/registered/registered-texts.ts';
import { BlobEntityCache } from './entity-cache/entity-cache.ts';
import { followDeletions } from './entity-cache/following.ts';
import { measureEntityCache } from './entity-cache/metrics.ts';
import { exportRoutes } from './export/routes.ts';
import { textRoutes } from './forwarding/blob-texts.ts';
import { directReads } from './forwarding/direct-reads.ts';
import { fileRoutes } from './forwarding/files.ts';
import { ownerFor } from './forwarding/owner.ts';
import { reconciliationRoute } from './forwarding/reconciliations.ts';
import { openSystemGraph, type SystemGraph } from './graph/system-graph.ts';
import { graphiqlRoutes } from './graphiql/routes.ts';
import { compressAnswers } from './http/compression.ts';
import { allowOrigins } from './http/cors.ts';
import { streamSubscriptions } from './http/graph-over-event-stream.ts';
import { serveGraphOverHttp } from './http/graph-over-http.ts';
import { apiPage } from './openapi/page.ts';
import { openApiRoutes } from './openapi/routes.ts';
import { redactRefusals } from './operations/permissions.ts';
import { frontPage } from './pages/front-page.ts';
import { localToken } from './pages/local-token.ts';
import { openOutsideChecks, readinessRoutes, subgraphChecks } from './readiness.ts';
import { documentOf } from './rest/answering/open-route.ts';
import { changesSocket, streamsOf } from './rest/changes/socket.ts';
import { restRoutes } from './rest/routes/routes.ts';
import { serveRest } from './rest/serve.ts';
import { settings } from './settings.ts';
import { studioOf } from './studio/options.ts';
import { studioRoutes } from './studio/routes.ts';
import type { Streaming } from './subscriptions/streaming.ts';
import {
  openSubscriptions,
  type SubscriptionDependencies,
  serveSubscriptions,
} from './subscriptions/subscriptions.ts';
import { Usage } from './usage/usage.ts';

const MEBIBYTE = 1024 * 1024;

/** The store of texts that clients register, shared by replicas when there is a Redis. */
async function registeredTexts({ redis, logger }: ServiceRuntime): Promise<RegisteredTexts> {
  const [own, server] = [new MemoryTexts(), await redis()];
  return server ? sharedTexts(own, new RedisTexts(server), logger) : own;
}

const MINUTE_MS = 60_000;

/** A limiter of requests per minute; undefined for no limit. */
const limiterOf = async (
  { limiter }: ServiceRuntime,
  name: string,
  quota: number,
): Promise<RateLimiter | undefined> =>
  quota === 0 ? undefined : limiter({ name, quota, windowMs: MINUTE_MS });

/** The parts that the gateway's endpoints share. */
interface Opened {
  readonly system: SystemGraph;
  readonly graph: SystemGraph['graph'];
  /** Undefined where there is no registry to report to. */
  readonly usage: Usage | undefined;
  readonly processors: ProcessorCatalog;
  /** Undefined where no entities are kept. */
  readonly entities: BlobEntityCache<GatewayContext> | undefined;
  readonly documents: Documents<GatewayContext>;
  readonly given: z.infer<typeof settings>;
  readonly limiters: Pick<CallersOptions, 'requests' | 'failures'>;
}

async function open(runtime: ServiceRuntime): Promise<Opened> {
  const { config, logger } = runtime;
  const given = config.settings(settings);
  const maxBytes = given.ENTITY_CACHE_MEBIBYTES * MEBIBYTE;
  const entities = maxBytes > 0 ? new BlobEntityCache({ maxBytes, callerOf, userOf }) : undefined;
  const { clock, http } = runtime;
  const hasRegistry = config.services.includes('processors');
  const usage = hasRegistry ? new Usage({ client: createSupergraphClient(http), clock, logger }) : undefined;
  const processors = createProcessorCatalog({ registry: createRegistryClient(http), clock, logger });
  const system = await openSystemGraph(runtime, { entities, usage });
  const { graph } = system;
  try {
    const registered = await registeredTexts(runtime);
    const limiters = {
      requests: await limiterOf(runtime, 'user', given.REQUESTS_PER_MINUTE),
      failures: await limiterOf(runtime, 'address', given.FAILED_LOGINS_PER_MINUTE),
    };
    const documents = await openDocuments({
      manifests: given.PERSISTED_DOCUMENTS,
      listedOnly: given.PERSISTED_DOCUMENTS_ONLY !== 'false',
      graph,
      registered,
      logger,
    });
    return { system, graph, usage, processors, entities, documents, given, limiters };
  } catch (error) {
    await graph.close();
    throw error;
  }
}

/** Whether a user may run documents that are not listed, where only listed ones are allowed. */
const mayRunUnlisted =
  ({ PERSISTED_DOCUMENTS_ONLY: only }: Opened['given']) =>
  (viewer: Viewer): boolean =>
    only === 'except-operators' && isOperator(viewer);

/** The parts of the gateway, with the app that serves them. */
interface Parts extends Opened, Required<Pick<SubscriptionDependencies, 'mayRunAny' | 'redact'>> {
  readonly app: FastifyInstance;
  readonly runtime: ServiceRuntime;
  readonly callers: Callers;
  readonly sessions: Sessions;
  authenticate(request: FastifyRequest): Promise<GatewayContext>;
}

/** Tells of changes, over every protocol. */
interface Live {
  readonly subscriptions: SubscriptionDependencies;
  readonly streaming: Streaming;
  readonly door: SocketDoor;
}

function openLive(parts: Parts): Live {
  const { app, runtime, graph, documents, given, callers, sessions, mayRunAny, redact } = parts;
  const { config, clock, logger, metrics } = runtime;
  const { trustedProxies } = config;
  const connections = new OpenConnections({ limits: config.limits.sockets, trustedProxies, logger });
  measureConnections(metrics, connections);
  const subscriptions = {
    ...{ operations: graph.operations, declarations: graph.declarations },
    ...{ documents, shares: app.load.shares },
    ...{ mayRunAny, redact, callers, sessions, clock, logger },
    changeFeed: () => sessions.watching(runtime.changeFeed),
    requestTimeoutMs: config.limits.requestTimeoutMs,
    sockets: {
      maxOperations: given.MAX_SOCKET_OPERATIONS,
      operationsPerMinute: given.SOCKET_OPERATIONS_PER_MINUTE || undefined,
    },
  };
  const mayConnect = (origin: string) => isOriginOf(origin, config.corsOrigins);
  const follow = openSubscriptions(subscriptions);
  const streams = new EventStreams(app, { connections, headersOf: ratesTold });
  return {
    subscriptions,
    streaming: { streams, follow, sessions, logger },
    door: new SocketDoor(app, { connections, mayConnect }),
  };
}

/** Serves `/graphql` over HTTP, WebSocket and event streams. */
async function serveGraph(
  { app, runtime, documents, given, authenticate, mayRunAny, redact }: Parts,
  { streaming, door, subscriptions }: Live,
): Promise<void> {
  const { config, logger } = runtime;
  const explains = mayExplain(given.QUERY_PLANS, config);
  await serveGraphOverHttp<GatewayContext>(app, {
    documents,
    authenticate,
    userOf,
    page: config.graphiql ? '/graphiql/' : '/',
    redact: (error, { viewer }) => redact(error, viewer),
    mayRunAny: ({ viewer }) => mayRunAny(viewer),
    mayExplain: ({ viewer }) => explains(viewer),
    stream: streamSubscriptions(streaming),
    logger,
  });
  serveSubscriptions(app, door, { ...subscriptions, follow: streaming.follow });
}

/** Serves `/api/v1`, and the page to try it. */
async function serveStudioApi(parts: Parts, { streaming, door }: Live): Promise<void> {
  const { app, runtime, graph, processors, callers, authenticate } = parts;
  const { config, clock, http, logger } = runtime;
  const { trustedProxies, s3 } = config;
  const { operations } = graph;
  const viewerOf = callers.ofRequest;
  const routes = await serveRest(app, {
    graph,
    routes: restRoutes,
    authenticate,
    events: streaming,
    others(scope) {
      directReads(scope, { http, processors, viewerOf, logger });
      fileRoutes(scope, { http, processors, trustedProxies, publicEndpoint: s3?.publicEndpoint });
      textRoutes(scope, { http, processors, viewerOf, operations, logger });
      reconciliationRoute(scope, { http, viewerOf });
      const exported = { http, operations, clock, ownerFor: (id: string) => ownerFor(processors, id) };
      exportRoutes(scope, { ...exported, viewerOf, logger });
    },
    logger,
  });
  graph.need((next) => routes.map(({ route }) => documentOf(next, route)));
  const streams = streamsOf(routes);
  if (streams.size > 0) door.serve(changesSocket(streams, { ...streaming, callers, clock }));
  await app.register(openApiRoutes, { routes });
  await app.register(apiPage, { token: localToken(runtime) });
}

/** The gateway: the graph's front door. */
export const gatewayService: ServiceDefinition = {
  name: 'gateway',
  async create(runtime) {
    const { config, clock, http, logger, metrics, userTokens, changeFeed } = runtime;
    const sessions = new Sessions({ userTokens, clock });
    const opened = await open(runtime);
    const { system, graph, usage, processors, entities: cache } = opened;
    let following: ReturnType<typeof followDeletions> | undefined;
    const checks = subgraphChecks(config);
    const outside = openOutsideChecks({ ...system, processors, egress: runtime.egress });
    return {
      frontDoor: true,
      checks,
      async install(app) {
        allowOrigins(app, (origin) => isOriginOf(origin, config.corsOrigins));
        compressAnswers(app);
        const { trustedProxies } = config;
        const callers = admitCallers(app, { ...opened.limiters, userTokens, trustedProxies });
        const eventLog = { 'event log': eventLogCheck(runtime.eventLog) };
        const readiness = readinessRoutes(app, {
          checks,
          // What it told before the start is served without it.
          spared: system.isKept ? ['processors'] : [],
          others: () => ({ ...outside.checks(), ...eventLog }),
          isSettled: system.isSettled,
          embedded: runtime.embedded,
          breakers: http.breakers,
        });
        // Before the routes of REST, which keep the shapes that they begin with.
        await system.first();
        frontPage(app, { readiness, isOurs: createHostCheck(namesOf(config)) });
        const authenticate = async (request: FastifyRequest): Promise<GatewayContext> => ({
          viewer: await callers.ofRequest(request),
          makeLarge: async () => request.part?.makeLarge(),
        });
        const parts = {
          ...{ ...opened, app, runtime, callers, sessions, authenticate },
          mayRunAny: mayRunUnlisted(opened.given),
          redact: redactRefusals(config.introspection),
        };
        const live = openLive(parts);
        await serveGraph(parts, live);
        await serveStudioApi(parts, live);
        const token = localToken(runtime);
        if (config.graphiql) await app.register(graphiqlRoutes, { token });
        if (opened.given.STUDIO === 'true')
          await app.register(studioRoutes, { ...studioOf(parts.runtime, opened.given), token });
        if (cache) measureEntityCache(metrics, () => cache.usage);
      },
      stop: () => system.stop(),
      async close() {
        await following?.stop();
        sessions.unwatch();
        await usage?.stop();
        await Promise.all([graph.close(), outside.close()]);
      },
      async start() {
        // Open the feed at the start, so that it has the history for subscriptions that resume. An event log that is
        // down delays only subscriptions.
        sessions
          .watching(changeFeed)
          .catch((error: unknown) => logger.warn({ err: error }, 'the event log does not answer'));
        if (cache) following = followDeletions({ cache, changeFeed, logger });
        system.start();
        usage?.start();
      },
    };
  },
};
