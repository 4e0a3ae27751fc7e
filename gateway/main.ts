import { createProcessorCatalog, createRegistryClient } from '../platform/clients/registry.ts';
import { isLoopback } from '../platform/config.ts';
import { developmentToken, LOCAL_USER } from '../platform/identity/development-token.ts';
import { measureSockets } from '../platform/metrics.ts';
import { projectFile } from '../platform/paths.ts';
import type { ServiceRuntime } from '../platform/runtime.ts';
import { bearerToken } from '../platform/serving/authenticate.ts';
import { eventLogCheck } from '../platform/serving/health.ts';
import type { ServiceDefinition } from '../platform/serving/service.ts';
import { readSupergraph } from '../platform/supergraph/outside.ts';
import type { GatewayContext } from './context.ts';
import { directReads } from './direct-reads.ts';
import { fileRoutes } from './files.ts';
import { type Graph, openGraph } from './graph.ts';
import { graphiqlRoutes } from './graphiql/routes.ts';
import { isLocalOrigin } from './http/cors.ts';
import { serveGraphOverHttp } from './http/route.ts';
import { defaultLimits } from './operations/limits.ts';
import { systemScalars } from './operations/schema.ts';
import { readinessRoutes, subgraphChecks } from './readiness.ts';
import { reconciliationRoute } from './reconciliations.ts';
import { boundLarge } from './subgraphs/large.ts';
import { shareInFlight } from './subgraphs/sharing.ts';
import { createServiceSubgraphs } from './subgraphs/subgraphs.service.ts';
import { serveSubscriptions } from './subscriptions.ts';
import { uploadRoutes } from './uploads.ts';

/** A token that GraphiQL fills in: only where nobody but this machine gets at it, and it opens nothing else. */
const localToken = (runtime: ServiceRuntime) => async (): Promise<string | null> => {
  const { production, host } = runtime.config;
  return production || !isLoopback(host) ? null : developmentToken(runtime, LOCAL_USER);
};

/** Whoever may get different answers. */
const callerOf = ({ viewer: { userId, roles } }: GatewayContext): string =>
  JSON.stringify([userId, ...roles]);

async function openSystemGraph({ config, http, logger }: ServiceRuntime): Promise<Graph<GatewayContext>> {
  const file = config.supergraphFile ?? projectFile('gateway', 'supergraph.graphql');
  const { sdl, outside } = await readSupergraph(file);
  return openGraph({
    supergraphSdl: sdl,
    planner: config.queryPlanner,
    subgraphs: boundLarge(shareInFlight(createServiceSubgraphs({ http, logger, outside }), callerOf)),
    limits: defaultLimits,
    scalars: systemScalars,
    logger,
  });
}

/** The gateway: the graph's front door. */
export const gatewayService: ServiceDefinition = {
  name: 'gateway',
  async create(runtime) {
    const { config, clock, http, logger, metrics, userTokens, changeFeed } = runtime;
    const { operations, close } = await openSystemGraph(runtime);
    const checks = subgraphChecks(config);
    const processors = createProcessorCatalog({ registry: createRegistryClient(http), clock, logger });
    return {
      frontDoor: true,
      checks,
      async install(app) {
        const others = { 'event log': eventLogCheck(runtime.eventLog) };
        readinessRoutes(app, { checks, others, embedded: runtime.embedded, breakers: http.breakers });
        await serveGraphOverHttp<GatewayContext>(app, {
          operations,
          authenticate: async ({ headers, part }) => ({
            viewer: await userTokens.verify(bearerToken(headers.authorization)),
            ...(part && { makeLarge: () => part.makeLarge() }),
          }),
          userOf: ({ viewer }) => viewer.userId,
          // Pages that are developed here are served from another port.
          ...(config.production ? {} : { mayAsk: isLocalOrigin }),
          mayExplain: ({ viewer }) => viewer.roles.includes('operator'),
          logger,
        });
        const { requestTimeoutMs } = config.limits;
        const sockets = { limits: config.limits.sockets, trustedProxies: config.trustedProxies };
        const subscriptions = {
          operations,
          changeFeed,
          userTokens,
          requestTimeoutMs,
          clock,
          logger,
          sockets,
        };
        measureSockets(metrics, serveSubscriptions(app, subscriptions));
        directReads(app, { http, processors, userTokens, logger });
        const { trustedProxies, s3 } = config;
        fileRoutes(app, { http, processors, trustedProxies, publicEndpoint: s3?.publicEndpoint });
        uploadRoutes(app, { http, userTokens });
        reconciliationRoute(app, { http, userTokens });
        await app.register(graphiqlRoutes, { token: localToken(runtime) });
        app.addHook('onClose', close);
      },
      async start() {
        // Read from the start on, so that those who come back find the history here; a log that is out of reach
        // holds up nobody but them.
        changeFeed().catch((error: unknown) => logger.warn({ err: error }, 'the event log does not answer'));
      },
    };
  },
};
