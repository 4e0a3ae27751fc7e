import { readFile } from 'node:fs/promises';
import { createProcessorCatalog, createRegistryClient } from '../platform/clients/registry.ts';
import { isLoopback } from '../platform/config.ts';
import { developmentToken, LOCAL_USER } from '../platform/identity/development-token.ts';
import { projectFile } from '../platform/paths.ts';
import type { ServiceRuntime } from '../platform/runtime.ts';
import { eventLogCheck } from '../platform/serving/health.ts';
import type { ServiceDefinition } from '../platform/serving/service.ts';
import { artifactRoutes } from './artifacts.ts';
import { graphiqlRoutes } from './graphiql/routes.ts';
import { serveGraphOverHttp } from './http.ts';
import { defaultLimits } from './operations/limits.ts';
import { readinessRoutes, subgraphChecks } from './readiness.ts';
import { startGraphServer } from './server.ts';
import { serveSubscriptions } from './subscriptions.ts';
import { createTransport } from './transport.ts';

/** A token that GraphiQL fills in: only where nobody but this machine gets at it, and it opens nothing else. */
const localToken = (runtime: ServiceRuntime) => async (): Promise<string | null> => {
  const { production, host } = runtime.config;
  return production || !isLoopback(host) ? null : developmentToken(runtime, LOCAL_USER);
};

/** The gateway: the graph's front door. */
export const gatewayService: ServiceDefinition = {
  name: 'gateway',
  async create(runtime) {
    const { config, clock, http, logger, userTokens, changeFeed } = runtime;
    const limits = defaultLimits;
    const transport = createTransport({ http, logger });
    const supergraphSdl = await readFile(projectFile('gateway', 'supergraph.graphql'), 'utf8');
    const graph = await startGraphServer({ supergraphSdl, transport, limits, logger });
    const checks = subgraphChecks(config);
    const processors = createProcessorCatalog({ registry: createRegistryClient(http), clock, logger });
    return {
      frontDoor: true,
      checks,
      async install(app) {
        const others = { 'event log': eventLogCheck(runtime.eventLog) };
        readinessRoutes(app, { checks, others, embedded: runtime.embedded, breakers: http.breakers });
        await serveGraphOverHttp(app, { graph, userTokens, logger });
        const { requestTimeoutMs } = config.limits;
        serveSubscriptions(app, { graph, changeFeed, userTokens, limits, requestTimeoutMs, clock, logger });
        await artifactRoutes(app, { http, processors, userTokens });
        await app.register(graphiqlRoutes, { token: localToken(runtime) });
        app.addHook('onClose', () => graph.apollo.stop());
      },
      async start() {
        // Read from the start on, so that those who come back find the history here; a log that is out of reach
        // holds up nobody but them.
        changeFeed().catch((error: unknown) => logger.warn({ err: error }, 'the event log does not answer'));
      },
    };
  },
};
