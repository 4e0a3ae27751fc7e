import { composeServices } from '@apollo/composition';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { BlobgraphError } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import { createPlanner } from '../planning/create-planner.ts';
import type { Planner } from '../planning/planner.ts';
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

let planner: Planner;
let plans: string[];

beforeAll(async () => {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(typeDefs).map(([name, sdl]) => ({ name, typeDefs: parse(`${FEDERATION} ${sdl}`) })),
  );
  if (!supergraphSdl) throw new Error(String(errors));
  planner = await createPlanner({ kind: 'hive', supergraphSdl, logger: createLogger('silent') });
});

/** An executor whose subgraphs answer as `answer` has it, and what they were asked. */
function graph(answer: (question: Question) => Answer, options: Partial<ExecutorDependencies<string>> = {}) {
  const asked: Question[] = [];
  plans = [];
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
    prepare,
    executor,
    run: (query: string, request: Partial<ExecutionRequest<string>> = {}) =>
      executor.execute(prepare(query), { variables: {}, context: 'me', ...request }),
  };
}

const product = (id: string, rest: object = {}) => ({
  __typename: 'Product',
  id,
  title: `Title ${id}`,
  ...rest,
});
const makers = (...ids: string[]) => ids.map((id) => ({ __typename: 'Maker', id }));

test('an entity that is at many places is asked for once, and told at each', async () => {
  const { run, asked } = graph(({ subgraph }) =>
    subgraph === 'shop'
      ? { data: { products: [...makers('m', 'n', 'm')].map((maker, id) => product(`${id}`, { maker })) } }
      : { data: { _entities: [{ name: 'Mo' }, { name: 'Nell' }] } },
  );
  expect(await run('{ products { id maker { name } } }')).toEqual({
    data: {
      products: [
        { id: '0', maker: { name: 'Mo' } },
        { id: '1', maker: { name: 'Nell' } },
        { id: '2', maker: { name: 'Mo' } },
      ],
    },
  });
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['shop', 'people']);
  expect(asked[1]?.variables).toEqual({ representations: makers('m', 'n') });
});

const TWO_PATHS = `{
  one: product(id: "1") { left maker { name } }
  other: product(id: "2") { shelf { row } maker { friend { id } } }
}`;

const twoProducts = (query: string) => {
  const keys = [...query.matchAll(/(product__\d):\s?product/g)].map(([, key]) => key as string);
  return Object.fromEntries(keys.map((key, index) => [key, product(`${index}`, { maker: makers('m')[0] })]));
};

/** The prefix of the part of a merged request that asks for a field. */
function partWith(query: string, field: string): string {
  const [, ...parts] = query.split(/(?=_\d__entities:)/);
  return parts.find((part) => part.includes(field))?.slice(0, 3) ?? '';
}

/** An answer to a merged request, each entity by a field that its part asks for. */
const entitiesBy = (query: string, entities: Record<string, object | null>) =>
  Object.fromEntries(
    Object.entries(entities).map(([field, entity]) => [`${partWith(query, field)}_entities`, [entity]]),
  );

test('two paths to one subgraph are one request, and each gets its own', async () => {
  const { run, asked } = graph(({ subgraph, query }) => {
    if (subgraph === 'shop') return { data: twoProducts(query) };
    if (subgraph === 'stock')
      return { data: entitiesBy(query, { left: { left: 3 }, shelf: { shelf: { row: 7 } } }) };
    return { data: entitiesBy(query, { name: { name: 'Mo' }, friend: { friend: { id: 'f' } } }) };
  });
  expect(await run(TWO_PATHS)).toEqual({
    data: {
      one: { left: 3, maker: { name: 'Mo' } },
      other: { shelf: { row: 7 }, maker: { friend: { id: 'f' } } },
    },
  });
  expect(asked.map(({ subgraph }) => subgraph).toSorted()).toEqual(['people', 'shop', 'stock']);
  for (const { query } of asked) expect(parse(query).definitions).toHaveLength(1);
});

test('an entity that two paths want the same of is asked for once, with its errors, and stays each their own', async () => {
  const error = { message: 'No name.', extensions: { code: 'INTERNAL' } };
  const { run, asked } = graph(({ subgraph, query }) => {
    if (subgraph === 'shop') return { data: twoProducts(query) };
    return {
      data: { _entities: [{ friend: null, name: 'Mo' }] },
      errors: [{ ...error, path: ['_entities', 0, 'friend', 'name'] }],
    };
  });
  const { data, errors } = await run(`{
    one: product(id: "1") { maker { friend { name } } }
    other: product(id: "2") { maker { friend { name } } }
  }`);
  expect(data).toEqual({ one: { maker: { friend: null } }, other: { maker: { friend: null } } });
  expect(errors).toEqual(
    ['one', 'other'].map((place) => ({ ...error, path: [place, 'maker', 'friend', 'name'] })),
  );
  expect(asked.map(({ subgraph, variables }) => [subgraph, variables])).toEqual([
    ['shop', {}],
    ['people', { representations: makers('m') }],
  ]);
});

test('errors of a request for two paths find theirs; without a path they are told at both', async () => {
  const fault = { message: 'Broken.', extensions: { code: 'INTERNAL' } };
  const answers: Record<string, (query: string) => object> = {
    shop: (query) => ({ data: twoProducts(query) }),
    stock: (query) => ({
      data: entitiesBy(query, { left: { left: 3 }, shelf: null }),
      errors: [{ ...fault, path: [`${partWith(query, 'shelf')}_entities`, 0, 'shelf', 'row'] }],
    }),
    people: () => ({ data: null, errors: [fault] }),
  };
  const { run } = graph(({ subgraph, query }) => answers[subgraph]?.(query) ?? {});
  const { data, errors } = await run(TWO_PATHS);
  expect(data).toEqual({ one: { left: 3, maker: null }, other: { shelf: null, maker: { friend: null } } });
  expect(errors).toEqual([
    { ...fault, path: ['one', 'maker'] },
    { ...fault, path: ['other', 'shelf', 'row'] },
    { ...fault, path: ['other', 'maker'] },
  ]);
});

test('what is lost together though one alone is told why, is told at all places', async () => {
  const answers: Record<string, (query: string) => object> = {
    shop: (query) => ({ data: twoProducts(query) }),
    stock: (query) => ({
      data: null,
      errors: [{ message: 'Broken.', path: [`${partWith(query, 'left')}_entities`] }],
    }),
    people: (query) => ({ data: entitiesBy(query, { name: { name: 'Mo' }, friend: { friend: null } }) }),
  };
  const { run } = graph(({ subgraph, query }) => answers[subgraph]?.(query) ?? {});
  const { errors } = await run(TWO_PATHS);
  expect(errors).toEqual([
    { message: 'Broken.', path: ['one'] },
    expect.objectContaining({
      path: ['other'],
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'stock' },
    }),
  ]);
});

test('a subgraph that does not answer costs what it would have filled, and is named there', async () => {
  const { run } = graph(({ subgraph }) => {
    if (subgraph === 'stock')
      throw new BlobgraphError('SUBGRAPH_UNAVAILABLE', 'The stock subgraph did not answer.');
    return { data: { products: [product('1'), product('2')] } };
  });
  const { data, errors } = await run('{ products { title shelf { row } } }');
  expect(data).toEqual({
    products: [
      { title: 'Title 1', shelf: null },
      { title: 'Title 2', shelf: null },
    ],
  });
  const error = {
    message: 'The stock subgraph did not answer.',
    extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'stock' },
  };
  expect(errors).toEqual([
    { ...error, path: ['products', 0] },
    { ...error, path: ['products', 1] },
  ]);
});

test.each([
  ['no JSON', 'oops'],
  ['no result of GraphQL', '{"hello":1}'],
  ['nothing', ''],
  ['null', 'null'],
  ['neither data nor errors', '{"data":null}'],
])('a subgraph that answers %s did not answer', async (_, text) => {
  const { run } = graph(() => ({}), { subgraphs: { ask: async () => text } });
  const { data, errors } = await run('{ product(id: "1") { id } }');
  expect(data).toEqual({ product: null });
  expect(errors).toMatchObject([
    { path: ['product'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'shop' } },
  ]);
});

test('a fetch waits for nothing that it does not need', async () => {
  let release = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { run } = graph(async ({ subgraph, query }) => {
    if (subgraph === 'people') return { data: { _entities: [{ favourite: product('2') }] } };
    if (subgraph === 'stock') {
      await slow;
      return { data: { _entities: [{ left: 1 }] } };
    }
    if (!query.includes('_entities'))
      return { data: { product__1: product('1', { maker: makers('m')[0] }) } };
    release();
    return { data: { _entities: [{ title: 'Title 2' }] } };
  });
  expect(await run('{ product(id: "1") { left maker { favourite { title } } } }')).toEqual({
    data: { product: { left: 1, maker: { favourite: { title: 'Title 2' } } } },
  });
});

test('mutations are run one after the other, each as often as it is named', async () => {
  const log: string[] = [];
  const { run } = graph(async ({ subgraph, query }) => {
    log.push(`${subgraph} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${subgraph} ends`);
    const keys = [...query.matchAll(/(\w+):\s?(?:order|restock)/g)].map(([, key]) => key as string);
    return { data: Object.fromEntries(keys.map((key, index) => [key, index + 1])) };
  });
  const { data } = await run('mutation { a: order(id: "1") b: restock(id: "1") c: order(id: "1") }');
  expect(data).toEqual({ a: 1, b: 1, c: 1 });
  expect(log).toEqual(['shop', 'stock', 'shop'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test('a null where none may be is told with its path, at the nearest place that may be null', async () => {
  const { run } = graph(() => ({ data: { products: [product('1', { maker: { id: null } })] } }));
  expect(await run('{ products { maker { id } } }')).toEqual({
    data: { products: [{ maker: null }] },
    errors: [
      {
        message: 'Cannot return null for non-nullable field Maker.id.',
        path: ['products', 0, 'maker', 'id'],
        extensions: { code: 'SUBGRAPH_INVALID' },
      },
    ],
  });
});

test('an entity that is gone by the time it is asked for is told as such', async () => {
  const { run } = graph(({ subgraph }) =>
    subgraph === 'shop'
      ? { data: { product__1: product('1', { maker: makers('m')[0] }) } }
      : { data: { _entities: [null] } },
  );
  expect(await run('{ product(id: "1") { maker { name } } }')).toMatchObject({
    data: { product: { maker: null } },
    errors: [{ path: ['product', 'maker', 'name'], extensions: { code: 'NOT_FOUND' } }],
  });
});

test('aliases are the client’s alone: those of keys, of types and of what objects inherit', async () => {
  const { run, asked } = graph(() => ({ data: { product__1: product('1') } }));
  const query = `{ product(id: "1") { id: title title: id __typename: title __proto__: id constructor: title } }`;
  const { data, errors } = await run(query);
  expect(errors).toBeUndefined();
  const { product: found } = data as { product: Record<string, unknown> };
  expect(Object.entries(found)).toEqual([
    ['id', 'Title 1'],
    ['title', '1'],
    ['__typename', 'Title 1'],
    ['__proto__', '1'],
    ['constructor', 'Title 1'],
  ]);
  expect(asked).toHaveLength(1);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('members of answers that nobody asked for change no object', async () => {
  const hostile = JSON.parse(
    '{"__proto__":{"polluted":1},"name":"Mo","constructor":{"prototype":{"polluted":1}}}',
  ) as object;
  const { run } = graph(({ subgraph }) =>
    subgraph === 'shop'
      ? { data: { product__1: product('1', { maker: makers('m')[0] }) } }
      : { data: { _entities: [hostile] } },
  );
  expect(await run('{ product(id: "1") { maker { name } } }')).toEqual({
    data: { product: { maker: { name: 'Mo' } } },
  });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('a field is asked for once for each distinct set of arguments', async () => {
  const { run, asked } = graph(({ query }) => {
    const keys = [...query.matchAll(/(tags__\d):\s?tags\(max:\s?(\d)\)/g)];
    return {
      data: {
        product__1: { ...product('1'), ...Object.fromEntries(keys.map(([, key, max]) => [key, [max]])) },
      },
    };
  });
  const query = '{ product(id: "1") { a: tags(max: 1) b: tags(max: 2) c: tags(max: 1) } }';
  expect(await run(query)).toEqual({ data: { product: { a: ['1'], b: ['2'], c: ['1'] } } });
  expect(asked[0]?.query.match(/tags\(/g)).toHaveLength(2);
});

test('an operation is planned once for each combination of its conditions', async () => {
  const { executor, prepare, asked } = graph(() => ({ data: { product__1: product('1') } }));
  const operation = prepare(
    'query ($yes: Boolean!, $no: Boolean = false) { product(id: "1") { id @include(if: $yes) title @skip(if: $no) } }',
  );
  const before = operation.bytes;
  const run = (variables: object) =>
    executor
      .execute(operation, { variables: { ...variables }, context: 'me' })
      .then(({ data }) => data?.['product']);
  expect(await run({ yes: true })).toEqual({ id: '1', title: 'Title 1' });
  expect(await run({ yes: true, no: false })).toEqual({ id: '1', title: 'Title 1' });
  expect(await run({ yes: false })).toEqual({ title: 'Title 1' });
  expect(await run({ yes: false, no: true })).toEqual({});
  expect(plans).toHaveLength(3);
  expect(operation.bytes).toBeGreaterThan(before);
  for (const { query, variables } of asked) expect([query.includes('@'), variables]).toEqual([false, {}]);
});

test('variables of the client may have the names that fetches of entities use', async () => {
  const { run, asked } = graph(({ subgraph, query }) => {
    if (subgraph === 'shop') return { data: { product__1: product('1') } };
    return { data: { _entities: [{ [/(left__\d)/.exec(query)?.[1] ?? 'left']: 1 }] } };
  });
  const query = `query ($representations: ID!, $_0_representations: Int, $representations_: Int) {
    product(id: $representations) { left tags(max: $_0_representations) other: tags(max: $representations_) }
  }`;
  await run(query, { variables: { representations: '1', _0_representations: 2, representations_: 3 } });
  expect(asked[0]?.variables).toEqual({
    representations__: '1',
    _0_representations_: 2,
    representations_: 3,
  });
  expect(asked[1]?.variables).toEqual({ representations: [{ __typename: 'Product', id: '1' }] });
});

test('a plan that failed is tried again', async () => {
  let fails = true;
  const { run, prepare, executor } = graph(() => ({ data: { product__1: product('1') } }), {
    planner: {
      async plan(text) {
        if (fails) throw new BlobgraphError('OVERLOADED', 'Too much is to be planned.');
        return planner.plan(text);
      },
    },
  });
  const operation = prepare('{ product(id: "1") { id } }');
  const again = () => executor.execute(operation, { variables: {}, context: 'me' });
  await expect(again()).rejects.toMatchObject({ code: 'OVERLOADED' });
  fails = false;
  expect(await again()).toEqual({ data: { product: { id: '1' } } });
  expect(await run('{ product(id: "1") { id } }')).toEqual({ data: { product: { id: '1' } } });
});

test('what the gateway knows itself is asked of nobody', async () => {
  const { run, asked } = graph(() => ({ data: { product__1: product('1') } }));
  expect(await run('{ __typename kind: __typename }')).toEqual({
    data: { __typename: 'Query', kind: 'Query' },
  });
  const { data } = await run(
    getIntrospectionQuery({ oneOf: true, specifiedByUrl: true, inputValueDeprecation: true }),
  );
  expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
  expect(asked).toEqual([]);
  const mixed = await run(
    'query ($t: String!) { p: product(id: "1") { id } ...I } fragment I on Query { t: __type(name: $t) { name } }',
    { variables: { t: 'Product' } },
  );
  expect(mixed).toEqual({ data: { p: { id: '1' }, t: { name: 'Product' } } });
  expect(asked.map(({ query }) => query.includes('__type('))).toEqual([false]);
});

test('an answer that would be too large is refused, also by aliases of one text', async () => {
  const title = 'x'.repeat(1_000);
  const { run } = graph(() => ({ data: { product__1: product('1', { title }) } }), {
    maxAnswerBytes: 10_000,
  });
  const aliases = (count: number) =>
    Array.from({ length: count }, (_, index) => `a${index}: title`).join(' ');
  expect(await run(`{ product(id: "1") { ${aliases(5)} } }`)).not.toHaveProperty('errors');
  await expect(run(`{ product(id: "1") { ${aliases(20)} } }`)).rejects.toMatchObject({
    code: 'RESPONSE_TOO_LARGE',
  });
});

test('a subscription’s event answers its first fetch, and what more it needs is asked', async () => {
  const { run, asked } = graph(() => ({ data: { _entities: [{ left: 4 }] } }));
  const query = 'subscription { sold { price product { id left } } }';
  expect(await run(query, { event: { sold: { price: 5, product: { id: '1' } } } })).toEqual({
    data: { sold: { price: 5, product: { id: '1', left: 4 } } },
  });
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['stock']);
  await expect(run(query)).rejects.toThrow(TypeError);
});

test('an operation is explained where that is asked for', async () => {
  const { run } = graph(({ subgraph }) =>
    subgraph === 'shop'
      ? { data: { products: [product('1'), product('2')] } }
      : { data: { _entities: [{ left: 1 }, { left: 2 }] } },
  );
  const { extensions } = await run('{ products { left } }', { explain: true });
  expect(extensions).toMatchObject({
    plan: { kind: 'Sequence' },
    requests: [
      { subgraph: 'shop', representations: 0 },
      { subgraph: 'stock', representations: 2 },
    ],
  });
});
