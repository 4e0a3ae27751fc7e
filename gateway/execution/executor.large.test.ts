import { expect, test } from 'vitest';
import { graph, product } from './executor.fixture.ts';

const MEBIBYTE = 1024 * 1024;
const aliases = (count: number, of: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${of}`).join(' ');

test('50 aliases of a text of 5 MB fetch it once, and are refused with a hint how to ask for less', async () => {
  const title = 'x'.repeat(5 * MEBIBYTE);
  const { run, asked } = graph(() => ({ data: { products: [product('1', { title })] } }));
  expect(await run('{ products { title } }')).toEqual({ data: { products: [{ title }] } });
  await expect(run(`{ products { ${aliases(50, 'title')} } }`)).rejects.toMatchObject({
    code: 'RESPONSE_TOO_LARGE',
    message: expect.stringMatching(
      /^The answer would be larger than 8 MiB\. .*`first`.*`\/api\/v1\/blobs\/\{id\}\/text`/,
    ),
  });
  expect(asked).toHaveLength(2);
});

test('an answer with too many values is refused before it is parsed', async () => {
  const tags = Array<string>(600_000).fill('');
  const { run } = graph(() => ({ data: { product: product('1', { tags }) } }));
  const { data, errors } = await run('{ product(id: "1") { tags } }');
  expect(data).toEqual({ product: null });
  expect(errors).toMatchObject([{ path: ['product'], extensions: { code: 'RESPONSE_TOO_LARGE' } }]);
});

/** Event-loop turns between a subgraph's answer and the gateway's. */
async function turnsOf(titles: number): Promise<number> {
  const products = Array.from({ length: titles }, (_, id) => product(`${id}`, { title: 'x'.repeat(1_000) }));
  let turns = 0;
  let isOver = false;
  const next = () => {
    turns += 1;
    if (!isOver) setImmediate(next);
  };
  const { run } = graph(() => {
    setImmediate(next);
    return { data: { products } };
  });
  await run('{ products { title } }');
  isOver = true;
  return turns;
}

test('other work gets event-loop turns between the steps of a large answer', async () => {
  expect(await turnsOf(10)).toBeLessThanOrEqual(1);
  expect(await turnsOf(1_000)).toBeGreaterThanOrEqual(2);
});
