import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { parse } from 'graphql';
import { projectFile } from '../../platform/process/paths.ts';
import { serveSubgraph } from '../../platform/serving/graphql/graphql.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { SchemaCatalog } from './catalog/catalog.ts';
import { createLoaders } from './loaders.ts';
import type { Context } from './models.ts';
import { resolvers } from './resolvers.ts';
import { schemaRoutes } from './routes.ts';
import { createValidate } from './validation.ts';

/** Serves the schema registry's GraphQL and REST. */
export async function installSchemas(
  app: FastifyInstance,
  deps: { catalog: SchemaCatalog; logger: Logger },
): Promise<void> {
  const { catalog, logger } = deps;
  const validate = createValidate();
  schemaRoutes(app, catalog, validate);
  serveSubgraph<Context>(app, {
    typeDefs: parse(readFileSync(projectFile('subgraphs/schemas/schema.graphql'), 'utf8')),
    resolvers,
    context: (caller) => ({ caller, catalog, loaders: createLoaders(catalog), validate }),
    logger,
  });
}
