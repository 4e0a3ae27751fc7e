import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { graph, makers, planner, product } from './executor.fixture.ts';

test('client aliases collide with nothing: keys, `__typename`, or inherited members', async () => {
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

test('unrequested members of subgraph answers change nothing', async () => {
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

test('a field is fetched once for each distinct set of arguments', async () => {
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
  const { executor, prepare, asked, plans } = graph(() => ({ data: { product__1: product('1') } }));
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

test('client variables may have the names that entity fetches use', async () => {
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

test('`__typename` of the root and introspection need no subgraph', async () => {
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

test('an answer that would be too large is refused, even when aliases repeat one text', async () => {
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

test('a subscription’s event answers its primary fetch; other fields are fetched', async () => {
  const { run, asked } = graph(() => ({ data: { _entities: [{ left: 4 }] } }));
  const query = 'subscription { sold { price product { id left } } }';
  expect(await run(query, { event: { sold: { price: 5, product: { id: '1' } } } })).toEqual({
    data: { sold: { price: 5, product: { id: '1', left: 4 } } },
  });
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['stock']);
  await expect(run(query)).rejects.toThrow(TypeError);
});

test('an operation is explained on request', async () => {
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
