import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { Supergraph } from '@apollo/federation-internals';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
  validate,
  visit,
} from 'graphql';
import { StartersFault } from '../platform/process/exit.ts';
import { projectFile } from '../platform/process/paths.ts';
import { type GeneratedFile, HEADER, parseDocument, read } from './project.ts';

const CLIENT = 'client';

/** Folders with operations in an `operations.graphql`; each gets an `operations.generated.ts`. */
const folders = (): string[] => [
  CLIENT,
  ...readdirSync(projectFile('studio'), { withFileTypes: true })
    .filter((entry) => existsSync(projectFile('studio', entry.name, 'operations.graphql')))
    .map(({ name }) => `studio/${name}`)
    .sort(),
];

/** A module of the client, as a folder imports it. */
const ofClient = (folder: string, module: string): string =>
  folder === CLIENT ? `./${module}` : `${posix.relative(folder, CLIENT)}/${module}`;

/** The graph as clients see it. */
const apiSchemaOf = (supergraph: string) =>
  Supergraph.build(supergraph).apiSchema().toGraphQLJSSchema({ includeDefer: true });

/** A definition with all fragments that it spreads, and those that they spread. */
function closureOf(
  definition: OperationDefinitionNode | FragmentDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  found = new Set<FragmentDefinitionNode>(),
): Set<FragmentDefinitionNode> {
  visit(definition, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (!fragment || found.has(fragment)) return;
      found.add(fragment);
      closureOf(fragment, fragments, found);
    },
  });
  return found;
}

/** Fragments that all screens of the Studio page may spread. */
const SHARED = 'studio/graph/fragments.graphql';

const fragmentsOf = (definitions: readonly DefinitionNode[]): Map<string, FragmentDefinitionNode> =>
  new Map(
    definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );

/** A document with those of the shared fragments that it spreads. */
function withShared(document: DocumentNode, shared: readonly DefinitionNode[]): DocumentNode {
  const fragments = fragmentsOf([...shared, ...document.definitions]);
  const spread = new Set<DefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.OPERATION_DEFINITION)
      for (const fragment of closureOf(each, fragments)) spread.add(fragment);
  const added = shared.filter((each) => spread.has(each));
  return { ...document, definitions: [...document.definitions, ...added] };
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** An operation as a constant: its text, typed by what it takes and answers. */
function constantOf(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const name = operation.name?.value ?? '';
  const types = `${name}${capitalised(operation.operation)}`;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [operation, ...closureOf(operation, fragments)],
  };
  const text = JSON.stringify(stripIgnoredCharacters(print(document)));
  return `export const ${name}Document = ${text} as TypedDocument<${types}, ${types}Variables>;\n`;
}

/** A folder's operations as they are written. */
export interface OperationsSource {
  /** E.g. `studio/shelf`. */
  readonly folder: string;
  /** Its `operations.graphql`. */
  readonly text: string;
  /** Fragments that it may spread beside its own; empty: none. */
  readonly shared: string;
}

/** Its `operations.generated.ts`, checked against the graph. @throws StartersFault that names what does not fit */
export async function operationsFile(
  { folder, text, shared }: OperationsSource,
  schema: GraphQLSchema,
): Promise<GeneratedFile> {
  const [source, file] = [`${folder}/operations.graphql`, `${folder}/operations.generated.ts`];
  const document = withShared(
    parseDocument(source, text),
    shared ? parseDocument(SHARED, shared).definitions : [],
  );
  const [fault] = validate(schema, document);
  if (fault) throw new StartersFault(`${source}: ${fault.toString()}`);
  const isClient = folder === CLIENT;
  const types = await codegen({
    filename: file,
    schema: parse('type Query { _: Int }'),
    schemaAst: schema,
    documents: [{ location: source, document }],
    config: {
      useTypeImports: true,
      enumsAsTypes: true,
      onlyOperationTypes: true,
      skipTypename: true,
      avoidOptionals: { field: true },
      scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown', BigInt: 'number | string' },
    },
    // The graph's own types are written once, for the client.
    plugins: isClient
      ? [{ typescript: {} }, { typescriptOperations: {} }]
      : [{ typescriptOperations: { namespacedImportName: 'Types' } }],
    pluginMap: { typescript, typescriptOperations },
  });
  const fragments = fragmentsOf(document.definitions);
  const constants = document.definitions
    .filter((each) => each.kind === Kind.OPERATION_DEFINITION)
    .map((each) => constantOf(each, fragments));
  const head = [
    `// ${HEADER}`,
    `import type { TypedDocument } from '${ofClient(folder, 'document.ts')}';`,
    ...(isClient ? [] : [`import type * as Types from '${ofClient(folder, 'operations.generated.ts')}';`]),
  ].join('\n');
  return [file, `${head}\n\n${types}\n${constants.join('\n')}`];
}

/** Typed operations of the client and of each screen of the Studio page. @throws StartersFault */
export function operationFiles(supergraph: string): Promise<GeneratedFile[]> {
  const schema = apiSchemaOf(supergraph);
  return Promise.all(
    folders().map((folder) => {
      const text = read(`${folder}/operations.graphql`);
      return operationsFile({ folder, text, shared: folder === CLIENT ? '' : read(SHARED) }, schema);
    }),
  );
}
