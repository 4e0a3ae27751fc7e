import { readFileSync } from 'node:fs';
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parse } from 'graphql';
import { encodeCursor } from '../../platform/events/cursor.ts';
import type { Logger } from '../../platform/logger.ts';
import { projectFile } from '../../platform/paths.ts';
import { serveSubgraph } from '../../platform/serving/graphql.ts';
import { stubOf } from '../../platform/supergraph/outside.ts';
import type { StateDependencies } from './dependencies.ts';
import { requireUser } from './front-door.ts';
import { createLoaders } from './loaders.ts';
import type { Context } from './models.ts';
import { resolvers } from './resolvers.ts';
import { stateRoutes } from './routes.ts';

/** Where the log stands is asked for before anything is read, so that no change falls between the two. */
const liveCursorFirst: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ source, contextValue }) {
        if (source.includes('liveCursor')) await contextValue.liveCursor();
      },
    };
  },
};

function contextOf(deps: StateDependencies, request: FastifyRequest): Context {
  const viewer = requireUser(request.caller);
  let head: Promise<string> | undefined;
  return {
    caller: request.caller,
    viewer,
    deps,
    loaders: createLoaders(deps.store, viewer.userId),
    liveCursor: () => {
      head ??= deps.eventLog.head().then(encodeCursor);
      return head;
    },
  };
}

/** State's SDL with stubs of these types, by processor, too. */
function sdlWith(types: ReadonlyMap<string, string>): string {
  const own = readFileSync(projectFile('subgraphs/state/schema.generated.graphql'), 'utf8');
  return [own, ...[...types].map(([subgraph, type]) => stubOf({ subgraph, type }))].join('\n');
}

/** Serves the state subgraph's GraphQL and REST. */
export async function installState(
  app: FastifyInstance,
  deps: StateDependencies,
  logger: Logger,
): Promise<void> {
  stateRoutes(app, deps);
  await serveSubgraph<Context>(app, {
    typeDefs: parse(sdlWith(deps.outsideTypes ?? new Map())),
    resolvers,
    context: async (request) => contextOf(deps, request),
    logger,
    plugins: [liveCursorFirst],
  });
}
