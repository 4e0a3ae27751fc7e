import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type OperationDefinitionNode, parse } from 'graphql';
import { projectFile } from '../../platform/process/paths.ts';
import { type PageOptions, serveBuiltPage } from '../pages/built-page.ts';
import type { GraphiqlConfig } from './config.ts';
import type { StoryStep } from './story.ts';

const folder = projectFile('gateway', 'graphiql', 'examples');

type Variables = Readonly<Record<string, StoryStep['variables']>>;

/** The comment that a file begins with, as one line. */
const sentencesOf = (text: string): string =>
  (/^(?:#.*\n)+/.exec(text)?.[0] ?? '').replaceAll(/^# ?/gm, '').trim().replaceAll(/\s+/g, ' ');

async function readStep(file: string, variables: Variables): Promise<StoryStep> {
  const text = (await readFile(join(folder, file), 'utf8')).trimEnd();
  const isOperation = (node: { kind: string }): node is OperationDefinitionNode =>
    node.kind === 'OperationDefinition';
  const operation = parse(text).definitions.find(isOperation);
  if (!operation?.name) throw new Error(`${file} has no operation with a name`);
  const name = operation.name.value;
  return {
    ...{ name, kind: operation.operation, sentences: sentencesOf(text), query: text },
    variables: variables[name] ?? {},
  };
}

/** The steps of the story, ordered by file name. */
export async function storySteps(): Promise<StoryStep[]> {
  const variables: Variables = JSON.parse(await readFile(join(folder, 'variables.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql')).sort();
  return Promise.all(files.map((file) => readStep(file, variables)));
}

const STUDIO = '/studio/';

/** A Fastify plugin that serves GraphiQL at `/graphiql` and its settings at `/graphiql/config.json`. */
export async function graphiqlRoutes(app: FastifyInstance, options: PageOptions): Promise<void> {
  const { token, appFolder = projectFile('dist', 'gateway', 'graphiql-app') } = options;
  const story = await storySteps();
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
    settings: (given): GraphiqlConfig => ({
      token: given,
      story,
      // Asked for each time: its routes may be added after these.
      studio: app.methodsAt(STUDIO).includes('GET') ? STUDIO : null,
    }),
  });
}
