import { expect, test } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { graph, makers, product } from './executor.fixture.ts';
import type { LaterResult, PartedResult, PrintedResult } from './executor.ts';

/** Subgraphs whose answers are let go one by one. */
function held() {
  const waiting = new Map<string, () => void>();
  return {
    hold: (subgraph: string) => new Promise<void>((resolve) => waiting.set(subgraph, resolve)),
    /** Waits until a subgraph is asked, and lets it answer. */
    async go(subgraph: string) {
      await expect.poll(() => waiting.has(subgraph)).toBe(true);
      waiting.get(subgraph)?.();
    },
    asks: (subgraph: string) => waiting.has(subgraph),
  };
}

function inParts(result: PartedResult | PrintedResult): PartedResult & Required<Pick<PartedResult, 'later'>> {
  if ('json' in result || !result.later) throw new TypeError('Nothing is told later');
  return { ...result, later: result.later };
}

async function take(later: AsyncGenerator<LaterResult>): Promise<LaterResult> {
  const { value, done } = await later.next();
  if (done) throw new TypeError('Nothing more is told');
  return value;
}

/** An executor over the fixture’s subgraphs, which answer what they are asked for. */
function shop(options: { hold?: (subgraph: string) => Promise<void>; fails?: string } = {}) {
  const { hold = async () => {}, fails } = options;
  return graph(async ({ subgraph, variables }) => {
    await hold(subgraph);
    if (subgraph === fails) throw new BlobgraphError('SUBGRAPH_UNAVAILABLE', `${subgraph} does not answer.`);
    if (subgraph === 'shop')
      return { data: { products: ['1', '2'].map((id) => product(id, { maker: makers(`m${id}`)[0] })) } };
    const asked = variables['representations'] as { id: string }[];
    const entity = (id: string) =>
      subgraph === 'stock' ? { left: Number(id), shelf: { row: 7 } } : { name: `Name ${id}` };
    return { data: { _entities: asked.map(({ id }) => entity(id)) } };
  });
}

const run = async (
  { executor, prepare }: ReturnType<typeof graph>,
  query: string,
  variables: Record<string, unknown> = {},
) => executor.answerInParts(prepare(query), { variables, context: 'me' });

const TWO = `{
  products {
    id
    ... @defer(label: "stock") { left }
    maker { id ... @defer(label: "name") { name } }
  }
}`;

test('what is told first waits for none that is told later, and each of these for none of the others', async () => {
  const { hold, go, asks } = held();
  const subject = shop({ hold });
  const running = run(subject, TWO);
  await go('shop');
  const { data, later } = inParts(await running);
  expect(data).toEqual({ products: [1, 2].map((id) => ({ id: `${id}`, maker: { id: `m${id}` } })) });
  await expect.poll(() => asks('stock') && asks('people')).toBe(true);
  await go('people');
  expect(await take(later)).toEqual({
    incremental: [0, 1].map((index) => ({
      path: ['products', index, 'maker'],
      label: 'name',
      data: { name: `Name m${index + 1}` },
    })),
    hasNext: true,
  });
  await go('stock');
  expect(await take(later)).toEqual({
    incremental: [0, 1].map((index) => ({
      path: ['products', index],
      label: 'stock',
      data: { left: index + 1 },
    })),
    hasNext: false,
  });
  expect(await later.next()).toMatchObject({ done: true });
  expect(subject.asked.map(({ subgraph }) => subgraph).toSorted()).toEqual(['people', 'shop', 'stock']);
});

test('what both need is asked for once', async () => {
  const subject = shop();
  const query = '{ products { id left ... @defer { left shelf { row } ... @defer { title left } } } }';
  const { data, later } = inParts(await run(subject, query));
  expect(data).toEqual({ products: [1, 2].map((left) => ({ id: `${left}`, left })) });
  const told: LaterResult[] = [];
  for await (const part of later) told.push(part);
  expect(told.flatMap(({ incremental }) => incremental)).toEqual([
    { path: ['products', 0], data: { left: 1, shelf: { row: 7 } } },
    { path: ['products', 1], data: { left: 2, shelf: { row: 7 } } },
    { path: ['products', 0], data: { title: 'Title 1', left: 1 } },
    { path: ['products', 1], data: { title: 'Title 2', left: 2 } },
  ]);
  expect(subject.asked.map(({ subgraph }) => subgraph)).toEqual(['shop', 'stock']);
});

test('a failure is told with what it is of, and nulls nothing that was told before', async () => {
  const subject = shop({ fails: 'stock' });
  const { later, ...first } = inParts(await run(subject, TWO));
  expect(first).not.toHaveProperty('errors');
  const told: LaterResult[] = [];
  for await (const part of later) told.push(part);
  const stock = told.flatMap(({ incremental }) => incremental).filter(({ label }) => label === 'stock');
  expect(stock).toEqual(
    [0, 1].map((index) => ({
      path: ['products', index],
      label: 'stock',
      data: null,
      errors: [
        {
          message: 'stock does not answer.',
          path: ['products', index],
          extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'stock' },
        },
      ],
    })),
  );
});

test('nothing more is told of what an error has nulled', async () => {
  const subject = shop({ fails: 'stock' });
  const query = '{ product: products { left maker { id ... @defer { name } } } }';
  const result = await run(subject, query);
  expect(result).toMatchObject({ data: null, errors: [{ path: ['product', 0] }] });
  expect(result).not.toHaveProperty('later');
});

test.each([
  [{ later: false }, false],
  [{ later: true }, true],
  [{}, true],
])('with the variables %o, a part is told later: %s', async (variables, isLater) => {
  const subject = shop();
  const query = 'query ($later: Boolean) { products { id ... @defer(if: $later) { left } } }';
  const result = await run(subject, query, variables);
  expect('later' in result).toBe(isLater);
  // Whoever takes it at once gets all of it.
  const { executor, prepare } = subject;
  const whole = await executor.execute(prepare(query), { variables, context: 'me' });
  expect(whole.data).toEqual({ products: [1, 2].map((left) => ({ id: `${left}`, left })) });
});

test('parts are no larger together than an answer may be', async () => {
  const { hold, go } = held();
  const subject = graph(
    async ({ subgraph, variables }) => {
      await hold(subgraph);
      if (subgraph === 'shop') return { data: { products: [product('1', { title: 'x'.repeat(500) })] } };
      return {
        data: {
          _entities: (variables['representations'] as object[]).map(() => ({
            left: 1,
            shelf: { note: 'y'.repeat(600) },
          })),
        },
      };
    },
    { maxAnswerBytes: 1_000 },
  );
  const running = run(subject, '{ products { title ... @defer { shelf { note } } } }');
  await go('shop');
  const { later } = inParts(await running);
  await go('stock');
  expect(await take(later)).toEqual({
    incremental: [
      {
        path: ['products', 0],
        data: null,
        errors: [
          {
            message: expect.stringContaining('larger than'),
            path: ['products', 0],
            extensions: { code: 'RESPONSE_TOO_LARGE' },
          },
        ],
      },
    ],
    hasNext: false,
  });
});

test('whoever leaves ends what is asked for, also while they wait', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const subject = graph(() => ({}), {
    subgraphs: {
      async ask({ subgraph, signal }) {
        signals.push(signal);
        if (subgraph !== 'shop') return new Promise<string>(() => {});
        return JSON.stringify({ data: { products: [product('1')] } });
      },
    },
  });
  const { later } = inParts(await run(subject, '{ products { id ... @defer { left } } }'));
  const next = later.next();
  await later.return(undefined);
  expect(await next).toMatchObject({ done: true });
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
});
