import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { parse } from 'graphql';
import type { Logger } from '../../platform/logger.ts';
import { projectFile } from '../../platform/paths.ts';
import { blobRoutes } from '../../platform/processing/blob-routes.ts';
import { eraserRoutes } from '../../platform/processing/eraser-routes.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import { serveSubgraph } from '../../platform/serving/graphql.ts';
import { createLoaders } from './loaders.ts';
import type { Context } from './models.ts';
import { toJson } from './process.ts';
import { PROCESSOR_ID } from './registration.ts';
import { resolvers } from './resolvers.ts';
import type { ExpandedTextStore } from './store/store.ts';

/** Serves the text expansion's GraphQL and REST. */
export async function installTextExpansion(
  app: FastifyInstance,
  deps: { store: ExpandedTextStore; logger: Logger },
): Promise<void> {
  const { store, logger } = deps;
  blobRoutes(app, { processorId: PROCESSOR_ID, reader: store, inventory: store, toJson });
  eraserRoutes(app, { eraser: store });
  await serveSubgraph<Context>(app, {
    typeDefs: parse(readFileSync(projectFile('subgraphs/text-expansion/schema.graphql'), 'utf8')),
    resolvers,
    context: async (request) => {
      const viewer = requireViewer(request.caller);
      return { viewer, loaders: createLoaders(store, viewer.userId) };
    },
    logger,
  });
}
