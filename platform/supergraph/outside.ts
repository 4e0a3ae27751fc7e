import { readFile } from 'node:fs/promises';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
} from 'graphql';
import { ConfigError, serviceNames } from '../config/config.ts';

/** A subgraph of a supergraph that is no service of this system: a processor that somebody else wrote. */
export interface OutsideSubgraph {
  /** The processor's id. */
  readonly name: string;
  /** Where it answers, without `/graphql`. */
  readonly baseUrl: string;
  /** Its types of blobs. */
  readonly types: readonly string[];
}

/** Path of GraphQL at a subgraph's address. */
export const GRAPHQL_PATH = '/graphql';

const named = (directives: readonly ConstDirectiveNode[] | undefined, name: string) =>
  (directives ?? []).filter((directive) => directive.name.value === name);

const argument = (directive: ConstDirectiveNode | undefined, name: string): unknown => {
  const value = directive?.arguments?.find((each) => each.name.value === name)?.value;
  return value && 'value' in value ? value.value : undefined;
};

const isGraphs = (definition: { readonly kind: Kind }): definition is EnumTypeDefinitionNode =>
  definition.kind === Kind.ENUM_TYPE_DEFINITION &&
  (definition as EnumTypeDefinitionNode).name.value === 'join__Graph';

const isBlobType = (definition: { readonly kind: Kind }): definition is ObjectTypeDefinitionNode =>
  definition.kind === Kind.OBJECT_TYPE_DEFINITION &&
  ((definition as ObjectTypeDefinitionNode).interfaces ?? []).some(({ name }) => name.value === 'Blob');

/** The subgraphs, by the names that the supergraph gives them. */
const graphsOf = ({ definitions }: DocumentNode) =>
  (definitions.find(isGraphs)?.values ?? []).map(({ name, directives }) => {
    const [graph] = named(directives, 'join__graph');
    return {
      graph: name.value,
      name: String(argument(graph, 'name') ?? ''),
      url: String(argument(graph, 'url') ?? ''),
    };
  });

const isOwner = ({ directives }: ObjectTypeDefinitionNode, graph: string): boolean =>
  named(directives, 'join__type').some(
    (directive) => argument(directive, 'graph') === graph && argument(directive, 'resolvable') !== false,
  );

/** The subgraphs of a supergraph that are no services of this system, by name. @throws GraphQLError when it is no SDL */
export function outsideSubgraphs(supergraphSdl: string): OutsideSubgraph[] {
  const document = parse(supergraphSdl);
  const blobs = document.definitions.filter(isBlobType);
  return graphsOf(document)
    .filter(({ name }) => !(serviceNames as readonly string[]).includes(name))
    .map(({ graph, name, url }) => ({
      name,
      baseUrl: url.endsWith(GRAPHQL_PATH) ? url.slice(0, -GRAPHQL_PATH.length) : url,
      types: blobs.filter((type) => isOwner(type, graph)).map((type) => type.name.value),
    }));
}

/** A supergraph, with its subgraphs that are no services of this system. */
export interface Supergraph {
  readonly sdl: string;
  readonly outside: readonly OutsideSubgraph[];
}

/** The text of an installation's supergraph. @throws ConfigError that names the variable when it cannot be read */
export const readSupergraphText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`SUPERGRAPH_FILE: the file cannot be read (${error.code ?? 'unknown'})`);
  });

/** The supergraph in a text. @throws ConfigError that names the variable when it is none */
export function supergraphIn(sdl: string): Supergraph {
  try {
    return { sdl, outside: outsideSubgraphs(sdl) };
  } catch {
    throw new ConfigError('SUPERGRAPH_FILE: the file is no supergraph; `npm run compose` makes one');
  }
}

/** The installation's supergraph, where it has one of its own. @throws ConfigError that names the variable */
export const readSupergraph = async (file: string): Promise<Supergraph> =>
  supergraphIn(await readSupergraphText(file));

/** State's SDL stub of a blob type that another subgraph owns. */
export const stubOf = ({ subgraph, type }: { readonly subgraph: string; readonly type: string }): string =>
  `"Owned by the \`${subgraph}\` subgraph."\ntype ${type} implements Blob @key(fields: "id", resolvable: false) {\n  id: ID!\n}\n`;
