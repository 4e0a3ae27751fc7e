import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type OperationDefinitionNode, parse } from 'graphql';
import { projectFile } from '../../platform/process/paths.ts';
import { type PageOptions, serveBuiltPage } from '../pages/built-page.ts';
import type { ExampleOperation, GraphiqlConfig } from './config.ts';

const examplesFolder = projectFile('gateway', 'graphiql', 'examples');

async function readVariables(file: string): Promise<Pick<ExampleOperation, 'variables'>> {
  return existsSync(file) ? { variables: JSON.parse(await readFile(file, 'utf8')) } : {};
}

async function readOperation(stem: string): Promise<ExampleOperation> {
  const query = await readFile(join(examplesFolder, `${stem}.graphql`), 'utf8');
  const isOperation = (node: { kind: string }): node is OperationDefinitionNode =>
    node.kind === 'OperationDefinition';
  const name = parse(query).definitions.find(isOperation)?.name?.value ?? stem;
  return {
    name,
    query: query.trimEnd(),
    ...(await readVariables(join(examplesFolder, `${stem}.variables.json`))),
  };
}

/** The example operations, ordered by file name. */
export async function exampleOperations(): Promise<ExampleOperation[]> {
  const files = (await readdir(examplesFolder)).filter((file) => file.endsWith('.graphql')).sort();
  return Promise.all(files.map((file) => readOperation(file.replace(/\.graphql$/, ''))));
}

/** A Fastify plugin that serves GraphiQL at `/graphiql` and its settings at `/graphiql/config.json`. */
export async function graphiqlRoutes(app: FastifyInstance, options: PageOptions): Promise<void> {
  const { token, appFolder = projectFile('dist', 'gateway', 'graphiql-app') } = options;
  const operations = await exampleOperations();
  await serveBuiltPage(app, {
    prefix: '/graphiql',
    folder: appFolder,
    name: 'GraphiQL',
    // All files come from this origin. Monaco writes inline styles.
    sources: {
      'script-src': "'self'",
      'worker-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'font-src': "'self' data:",
      'img-src': "'self' data:",
      'connect-src': "'self'",
    },
    token,
    settings: (given): GraphiqlConfig => ({ token: given, operations }),
  });
}
