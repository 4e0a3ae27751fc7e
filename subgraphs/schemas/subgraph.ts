import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { parse } from 'graphql';
import type { Logger } from '../../platform/logger.ts';
import { projectFile } from '../../platform/paths.ts';
import { serveSubgraph } from '../../platform/serving/graphql.ts';
import type { SchemaCatalog } from './catalog.ts';
import { createLoaders } from './loaders.ts';
import type { Context } from './models.ts';
import { resolvers } from './resolvers.ts';
import { schemaRoutes } from './routes.ts';

/** Serves the schema registry's GraphQL and REST. */
export async function installSchemas(
  app: FastifyInstance,
  deps: { catalog: SchemaCatalog; logger: Logger },
): Promise<void> {
  const { catalog, logger } = deps;
  schemaRoutes(app, catalog);
  await serveSubgraph<Context>(app, {
    typeDefs: parse(readFileSync(projectFile('subgraphs/schemas/schema.graphql'), 'utf8')),
    resolvers,
    context: async ({ caller }) => ({ caller, catalog, loaders: createLoaders(catalog) }),
    logger,
  });
}
