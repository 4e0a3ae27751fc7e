import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { projectFile } from '../../../platform/process/paths.ts';
import { type FetchNode, fetchesIn, type PathSegment, type PlanNode, type QueryPlan } from '../plan/plan.ts';

/** The project's supergraph. */
export const blobgraph = readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8');

const federation = (...directives: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ${JSON.stringify(directives)})`;

const catalog = `
  ${federation('@key', '@inaccessible')}
  type Query { products: [Product!]! found: [Found!]! orders: [Order!]! }
  interface Product @key(fields: "id") { id: ID! }
  type Book implements Product @key(fields: "id") { id: ID! size: Int! supplier: String @inaccessible }
  type Film implements Product @key(fields: "id") { id: ID! size: String! }
  union Found = Book | Film
  type Order
    @key(fields: "number", resolvable: false)
    @key(fields: "code", resolvable: false)
    @key(fields: "id") { id: ID! code: ID! number: ID! weight(unit: String!): Int! }
`;

const ratings = `
  ${federation('@key', '@external', '@interfaceObject', '@requires')}
  type Product @key(fields: "id") @interfaceObject { id: ID! rating: Int! }
  type Order
    @key(fields: "number", resolvable: false)
    @key(fields: "code", resolvable: false)
    @key(fields: "id") {
      id: ID!
      code: ID!
      number: ID!
      total: Int!
      weight(unit: String!): Int! @external
      postage: Int! @requires(fields: "weight(unit: \\"kg\\")")
    }
`;

/**
 * A supergraph of two subgraphs, with features that this project's lacks: interface objects, differing types,
 * unresolvable keys.
 */
export function shop(): string {
  const { supergraphSdl, errors } = composeServices([
    { name: 'catalog', url: 'http://catalog/graphql', typeDefs: parse(catalog) },
    { name: 'Ratings-1', url: 'http://ratings/graphql', typeDefs: parse(ratings) },
  ]);
  if (!supergraphSdl) throw new AggregateError(errors ?? [], 'The shop does not compose');
  return supergraphSdl;
}

const content = `content { id
  ... on UserBlob { body } ... on ExpandedText { modelUsed data { expanded } } ... on CompiledBook { fullText } }`;

function nested(levels: number): string {
  if (levels <= 0) return 'id';
  const [below, further] = [nested(levels - 1), nested(levels - 2)];
  return `title processor { name } schema { version } ${content} parent { ${below} } sources { ${below} } derived { nodes { ${further} } }`;
}

/** An operation whose planning time grows with its levels: a second or more for eight. */
export const hostile = (levels: number): string => `{ blobs { nodes { ${nested(levels)} } } }`;

/** All fetches of a plan, in order. */
export const fetchesOf = ({ node }: QueryPlan): FetchNode[] => (node ? fetchesIn(node) : []);

/** A fetch's subgraph and path, without type conditions. */
export type Outline =
  | string
  | { readonly sequence: readonly Outline[] }
  | { readonly parallel: readonly Outline[] }
  | { readonly first: Outline | null; readonly later: Readonly<Record<string, Outline | null>> };

const isKey = (step: PathSegment): step is string => typeof step === 'string';

function outlineOf(node: PlanNode): Outline {
  switch (node.kind) {
    case 'Fetch':
      return node.serviceName;
    case 'Flatten':
      return `${node.node.serviceName}: ${node.path.filter(isKey).join('.')}`;
    case 'Sequence':
      return { sequence: node.nodes.map(outlineOf) };
    case 'Parallel':
      return { parallel: node.nodes.map(outlineOf).sort() };
    case 'Defer': {
      const later = node.deferred.map(({ label, node: each }) => [label, each ? outlineOf(each) : null]);
      return { first: node.primary ? outlineOf(node.primary) : null, later: Object.fromEntries(later) };
    }
  }
}

/** A plan's outline, with parallel nodes sorted. */
export function outline({ node }: QueryPlan): Outline | undefined {
  if (node?.kind === 'Subscription') throw new Error('A subscription is planned in two parts');
  return node && outlineOf(node);
}
