import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { parse } from 'graphql';
import { beginLive, liveFrom } from '../../platform/events/live-cursor.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { serveSubgraph } from '../../platform/serving/graphql/graphql.ts';
import { stubOf } from '../../platform/supergraph/outside.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { createLoaders } from './graph/loaders.ts';
import type { Context, GraphDependencies } from './graph/models.ts';
import { resolvers } from './graph/resolvers.ts';
import { requireUser } from './rest/front-door.ts';
import { type ProcessorRouteDependencies, processorRoutes } from './rest/processor-routes.ts';
import { textRoute } from './rest/text.ts';
import { type UserRouteDependencies, userRoutes } from './rest/user-routes.ts';

function contextOf(deps: GraphDependencies, caller: Caller): Context {
  const viewer = requireUser(caller);
  return {
    caller,
    viewer,
    deps,
    loaders: createLoaders(deps.store, viewer.userId),
    ...liveFrom(async () => deps.eventLog),
  };
}

/** State's SDL with stubs of these types, which are given by processor. */
function sdlWith(types: ReadonlyMap<string, string>): string {
  const own = readFileSync(projectFile('subgraphs/state/schema.generated.graphql'), 'utf8');
  return [own, ...[...types].map(([subgraph, type]) => stubOf({ subgraph, type }))].join('\n');
}

/** The dependencies of the state subgraph's GraphQL and REST. */
export type StateDependencies = GraphDependencies & UserRouteDependencies & ProcessorRouteDependencies;

/** Serves the state subgraph's GraphQL and REST. */
export async function installState(
  app: FastifyInstance,
  deps: StateDependencies,
  logger: Logger,
): Promise<void> {
  userRoutes(app, deps);
  processorRoutes(app, deps);
  textRoute(app, deps.store);
  serveSubgraph<Context>(app, {
    typeDefs: parse(sdlWith(deps.outsideTypes ?? new Map())),
    resolvers,
    context: (caller) => contextOf(deps, caller),
    begin: beginLive,
    logger,
  });
}
