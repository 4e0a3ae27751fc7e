import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { entitiesBy, graph, makers, partWith, product, TWO_PATHS, twoProducts } from './executor.fixture.ts';

test('an entity at many places is fetched once, and merged at each', async () => {
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

test('fetches for two paths to one subgraph are one request, and each gets its own fields', async () => {
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

test('an entity with equal selections at two paths is fetched once, errors included, and merged into separate objects', async () => {
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

test('errors of a merged request are located by path; without a path they are reported at both places', async () => {
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

test('an error at a place that was not asked for is told without it', async () => {
  const { run } = graph(({ query }) => ({
    data: twoProducts(query),
    errors: [{ message: 'Broken.', path: ['_elsewhere', 0], extensions: { code: 'INTERNAL' } }],
  }));
  const { errors } = await run('{ one: product { id } other: product { id } }');
  expect(errors).toEqual([{ message: 'Broken.', extensions: { code: 'INTERNAL' } }]);
});

test('parts that fail together are all reported, though the error names only one', async () => {
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

test('a subgraph that does not answer nulls only its fields, and is named in the error', async () => {
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
])('a subgraph that answers %s counts as not answering', async (_, text) => {
  const { run } = graph(() => ({}), { subgraphs: { ask: async () => text } });
  const { data, errors } = await run('{ product(id: "1") { id } }');
  expect(data).toEqual({ product: null });
  expect(errors).toMatchObject([
    { path: ['product'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'shop' } },
  ]);
});

test('a fetch waits only for steps that it depends on', async () => {
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

test('mutations run one after another, each as often as it is selected', async () => {
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

test('a null in a non-null position is reported with its path and nulls the nearest nullable parent', async () => {
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

test('an object of a type that the graph does not have is none; of another that it has, the subgraph is wrong', async () => {
  let type = 'Leaflet';
  const { run } = graph(() => ({ data: { item__1: { __typename: type, id: '1' } } }));
  const query = '{ item(id: "1") { __typename id ... on Product { title } } }';
  expect(await run(query)).toEqual({ data: { item: null } });
  type = 'Maker';
  expect(await run(query)).toMatchObject({
    data: { item: null },
    errors: [{ path: ['item'], extensions: { code: 'SUBGRAPH_INVALID' } }],
  });
});

test('an entity that no longer exists is reported as gone', async () => {
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
