import { existsSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';
import { StartersFault } from '../platform/process/exit.ts';
import { projectFile } from '../platform/process/paths.ts';
import { type GeneratedFile, HEADER, parseDocument, read, type Subgraph } from './project.ts';

/** A subgraph with the text of its SDL. */
export interface SubgraphSdl extends Subgraph {
  readonly sdl: string;
}

/**
 * A subgraph's `models.ts` declares its resolvers' parent values: `export interface BookModel` is the parent of type
 * `Book`.
 */
function mappers(models: string): Record<string, string> {
  const names = [...read(models).matchAll(/^export (?:interface|type) (\w+)Model\b/gm)];
  return Object.fromEntries(names.map(([, name]) => [name, `./models.ts#${name}Model`]));
}

/** A subgraph's `models.ts`, in its folder or in its `graph/`. */
const modelsIn = (folder: string): string | undefined =>
  [`${folder}/models.ts`, `${folder}/graph/models.ts`].find((file) => existsSync(projectFile(file)));

/** Resolver types of a subgraph. Empty for one without `models.ts`, which writes no resolvers by hand. */
export async function resolverTypes({ folder, sdlFile, sdl }: SubgraphSdl): Promise<GeneratedFile[]> {
  const models = modelsIn(folder);
  if (models === undefined) return [];
  const filename = models.replace(/models\.ts$/, 'graphql.generated.ts');
  const code = await codegen({
    filename,
    schema: parse(printSubgraphSchema(buildSubgraphSchema(parseDocument(sdlFile, sdl)))),
    documents: [],
    config: {
      federation: true,
      useTypeImports: true,
      enumsAsTypes: true,
      avoidOptionals: { field: true },
      noSchemaStitching: true,
      mappers: mappers(models),
      contextType: './models.ts#Context',
      scalars: { ID: 'string', DateTime: 'Date', JSON: 'unknown', BigInt: 'number' },
    },
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers },
  });
  return [[filename, `// ${HEADER}\n${code}`]];
}

/** The members of a subgraph that composition needs. */
export type ComposedSubgraph = Pick<SubgraphSdl, 'name' | 'url' | 'sdlFile' | 'sdl'>;

/** Composes the supergraph. @throws StartersFault with the reasons when the subgraphs do not compose */
export function compose(subgraphs: readonly ComposedSubgraph[]): string {
  const result = composeServices(
    subgraphs.map(({ name, url, sdlFile, sdl }) => ({ name, url, typeDefs: parseDocument(sdlFile, sdl) })),
  );
  if (result.errors) throw new StartersFault(`The subgraphs do not compose:\n${result.errors.join('\n')}`);
  return result.supergraphSdl;
}

export const supergraphFile = (subgraphs: readonly SubgraphSdl[]): GeneratedFile => [
  'gateway/supergraph.graphql',
  `# ${HEADER}\n\n${compose(subgraphs)}`,
];
