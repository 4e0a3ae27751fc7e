import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parse } from 'graphql';
import type { ProcessorRegistration } from '../../platform/clients/registry.ts';
import type { Config } from '../../platform/config.ts';
import type { Logger } from '../../platform/logger.ts';
import { projectFile } from '../../platform/paths.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import { serveSubgraph } from '../../platform/serving/graphql.ts';
import { type CompileDeps, compileBook } from './compile.ts';
import { createLoaders } from './loaders.ts';
import type { Context } from './models.ts';
import { DATABASE, OUTPUT_SCHEMA_ID, PROCESSOR_ID } from './names.ts';
import { resolvers } from './resolvers.ts';
import { bookCompilerRoutes } from './routes.ts';

/** What the book compiler tells the processor registry of itself. It waits for no events: it works on demand. */
export const registrationOf = (config: Config): ProcessorRegistration => ({
  id: PROCESSOR_ID,
  name: 'Book compiler',
  description: 'Compiles the chapters of a book into one Markdown text, version by version.',
  version: '1',
  storage_type: 'postgresql',
  connection_string: config.postgresUrl ?? 'embedded',
  database_name: `${config.namespace}_${DATABASE}`,
  input_schema_ids: ['text-input-v1', 'expanded-text-v1'],
  output_schema_id: OUTPUT_SCHEMA_ID,
  graphql_type: 'CompiledBook',
  base_url: config.urls['book-compiler'],
  event_subscriptions: [],
});

function contextOf(deps: CompileDeps, { caller }: FastifyRequest): Context {
  return {
    caller,
    loaders: createLoaders(deps.store, () => requireViewer(caller).userId),
    compile: (userId, input) => compileBook(deps, userId, input),
  };
}

/** Serves the book compiler's GraphQL and REST. */
export async function installBookCompiler(
  app: FastifyInstance,
  deps: CompileDeps,
  logger: Logger,
): Promise<void> {
  bookCompilerRoutes(app, deps);
  await serveSubgraph<Context>(app, {
    typeDefs: parse(readFileSync(projectFile('subgraphs/book-compiler/schema.graphql'), 'utf8')),
    resolvers,
    context: async (request) => contextOf(deps, request),
    logger,
  });
}
