import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { concatAST, type DocumentNode, parse } from 'graphql';
import { beginLive, liveFrom } from '../../platform/events/live-cursor.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { openSubgraph, routeSubgraph } from '../../platform/serving/graphql/graphql.ts';
import { type OutsideSubgraph, stubOf } from '../../platform/supergraph/outside.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { createLoaders } from './graph/loaders.ts';
import type { Context, GraphDependencies } from './graph/models.ts';
import { resolvers } from './graph/resolvers.ts';
import { LiveSubgraph } from './outside/live-subgraph.ts';
import type { OutsideTypes, Stub } from './outside/outside-types.ts';
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

/** State's SDL, which has stubs of our own processors' types, with stubs of these types. */
function typeDefsWith(stubs: readonly Stub[]): DocumentNode {
  const own = parse(readFileSync(projectFile('subgraphs/state/schema.generated.graphql'), 'utf8'));
  const names = new Set(own.definitions.flatMap((each) => ('name' in each ? [each.name?.value] : [])));
  const others = stubs.filter(({ type }) => !names.has(type)).map(stubOf);
  return others.length === 0 ? own : concatAST([own, parse(others.join('\n'))]);
}

/** The dependencies of the state subgraph's GraphQL and REST. */
export type StateDependencies = GraphDependencies & UserRouteDependencies & ProcessorRouteDependencies;

/** Types from outside, and where to ask for more of them. */
export interface Outside {
  readonly types: OutsideTypes;
  /** Looks for another supergraph. */
  renew(): Promise<void>;
}

/**
 * Serves the state subgraph's GraphQL and REST.
 * @returns takes the types of another supergraph, from then on; throws where there can be none of a type
 */
export async function installState(
  app: FastifyInstance,
  deps: StateDependencies,
  { outside: { types, renew }, logger }: { readonly outside: Outside; readonly logger: Logger },
): Promise<(outside: readonly OutsideSubgraph[]) => void> {
  userRoutes(app, deps);
  processorRoutes(app, deps);
  textRoute(app, deps.store);
  const open = (stubs: readonly Stub[]) =>
    openSubgraph<Context>({
      typeDefs: typeDefsWith(stubs),
      resolvers,
      context: (caller) => contextOf(deps, caller),
      begin: beginLive,
      logger,
    });
  const live = new LiveSubgraph(open(types.stubs), renew);
  routeSubgraph(app, live);
  return (outside) => {
    const missing = types.missing(outside);
    if (missing.length > 0) live.replace(open([...types.stubs, ...missing]));
    types.take(outside);
  };
}
