import { composeServices } from '@apollo/composition';
import { buildSchema, parse } from 'graphql';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { createPlanner } from '../planning/create-planner.ts';
import { createExecutor, type ExecutionRequest, type ExecutorDependencies } from './executor.ts';

const FEDERATION = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external"])`;

const typeDefs = {
  shop: `
    type Query { products: [Product!]!  product(id: ID!): Product  item(id: ID!): Item }
    type Mutation { order(id: ID!): Int! }
    type Subscription { sold: Sale! }
    type Sale { price: Int!  product: Product! }
    interface Item { id: ID! }
    type Product implements Item @key(fields: "id") { id: ID!  title: String!  tags(max: Int): [String!]  maker: Maker }
    type Maker @key(fields: "id") { id: ID! }`,
  stock: `
    type Mutation { restock(id: ID!): Int! }
    type Product @key(fields: "id") { id: ID!  left: Int!  shelf: Shelf }
    type Shelf { row: Int! note: String }`,
  people: `
    type Maker @key(fields: "id") { id: ID!  name: String!  friend: Maker  favourite: Product }
    type Product @key(fields: "id", resolvable: false) { id: ID! }`,
};

interface Question {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Answer = object | Promise<object>;

const { supergraphSdl, errors } = composeServices(
  Object.entries(typeDefs).map(([name, sdl]) => ({ name, typeDefs: parse(`${FEDERATION} ${sdl}`) })),
);
if (!supergraphSdl) throw new Error(String(errors));
export const planner = await createPlanner({ kind: 'hive', supergraphSdl, logger: createLogger('silent') });

/** An executor whose subgraphs answer by `answer`, with the requests to them and the planned operations. */
export function graph(
  answer: (question: Question) => Answer,
  options: Partial<ExecutorDependencies<string>> = {},
) {
  const asked: Question[] = [];
  const plans: string[] = [];
  const executor = createExecutor<string>({
    schema: buildSchema(planner.apiSchema),
    planner: {
      plan(text) {
        plans.push(text);
        return planner.plan(text);
      },
    },
    subgraphs: {
      async ask({ subgraph, body }) {
        const { query, variables } = JSON.parse(body) as Pick<Question, 'query' | 'variables'>;
        const question = { subgraph, query, variables };
        asked.push(question);
        return JSON.stringify(await answer(question));
      },
    },
    ...options,
  });
  const prepare = (query: string) => executor.prepare(parse(query));
  return {
    asked,
    plans,
    prepare,
    executor,
    run: (query: string, request: Partial<ExecutionRequest<string>> = {}) =>
      executor.execute(prepare(query), { variables: {}, context: 'me', ...request }),
  };
}

export const product = (id: string, rest: object = {}) => ({
  __typename: 'Product',
  id,
  title: `Title ${id}`,
  ...rest,
});
export const makers = (...ids: string[]) => ids.map((id) => ({ __typename: 'Maker', id }));

export const TWO_PATHS = `{
  one: product(id: "1") { left maker { name } }
  other: product(id: "2") { shelf { row } maker { friend { id } } }
}`;

export const twoProducts = (query: string) => {
  const keys = [...query.matchAll(/(product__\d):\s?product/g)].map(([, key]) => key as string);
  return Object.fromEntries(keys.map((key, index) => [key, product(`${index}`, { maker: makers('m')[0] })]));
};

/** The prefix of the part of a merged request that selects a field. */
export function partWith(query: string, field: string): string {
  const [, ...parts] = query.split(/(?=_\d__entities:)/);
  return parts.find((part) => part.includes(field))?.slice(0, 3) ?? '';
}

/** An answer to a merged request: an entity for each part, by a field that the part selects. */
export const entitiesBy = (query: string, entities: Record<string, object | null>) =>
  Object.fromEntries(
    Object.entries(entities).map(([field, entity]) => [`${partWith(query, field)}_entities`, [entity]]),
  );
