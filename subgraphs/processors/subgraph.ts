import { readFileSync } from 'node:fs';
import DataLoader from 'dataloader';
import type { FastifyInstance } from 'fastify';
import { parse } from 'graphql';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import type { Egress } from '../../platform/egress/guarded-agent.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { serveSubgraph } from '../../platform/serving/graphql/graphql.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Canaries } from './canary/canaries.ts';
import type { HealthMonitor } from './health/health.ts';
import type { Context } from './models.ts';
import type { ProcessorRegistry } from './registry/registry.ts';
import { resolvers } from './resolvers.ts';
import { processorRoutes } from './routes.ts';
import type { Supergraphs } from './supergraph/supergraphs.ts';
import { type SupergraphRoutesDependencies, supergraphRoutes } from './supergraph-routes.ts';

export interface ProcessorsDependencies extends SupergraphRoutesDependencies {
  readonly supergraphs: Supergraphs;
  readonly registry: ProcessorRegistry;
  readonly canaries: Canaries;
  readonly health: HealthMonitor;
  readonly http: ServiceHttp;
  readonly egress: Egress;
  readonly logger: Logger;
}

/** Serves the processor registry's GraphQL and REST. */
export async function installProcessors(app: FastifyInstance, deps: ProcessorsDependencies): Promise<void> {
  const { registry, canaries, supergraphs, health, egress, logger } = deps;
  processorRoutes(app, deps);
  supergraphRoutes(app, deps);
  serveSubgraph<Context>(app, {
    typeDefs: parse(readFileSync(projectFile('subgraphs/processors/schema.graphql'), 'utf8')),
    resolvers,
    context: (caller) => ({
      caller,
      registry,
      supergraphs,
      canaries,
      health,
      egress,
      processors: new DataLoader((ids) => registry.find(ids)),
      supergraphSdls: new DataLoader((versions) => supergraphs.sdlsOf(versions)),
      subgraphSdls: new DataLoader((hashes) => supergraphs.subgraphSdlsOf(hashes)),
    }),
    logger,
  });
}
