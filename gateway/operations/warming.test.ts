import { expect, test } from 'vitest';
import { graph, product } from '../execution/executor.fixture.ts';
import type { PreparedOperation } from '../execution/executor.ts';
import { defaultLimits } from '../limits/limits.ts';
import { createOperations } from './operations.ts';
import { warm } from './warming.ts';

/** Operations over subgraphs of a test, with the texts that their planner was given. */
function operationsOf(plan?: (text: string) => Promise<never>) {
  const { executor, plans } = graph(
    () => ({ data: { product__1: product('1'), product: product('1') } }),
    plan ? { planner: { plan } } : {},
  );
  const costHints = { sizes: new Map(), weights: new Map() };
  return { operations: createOperations({ executor, costHints, limits: defaultLimits }), plans };
}

type Given = ReturnType<typeof operationsOf>;

const run = ({ operations }: Given, text: string, variables: Record<string, unknown> = {}, name?: string) => {
  const operation = operations.find(text, name);
  return operation.run({ variables: operation.check(variables), context: 'me' });
};

const warmed = (
  after: Given,
  before: Given,
  texts: readonly string[] = [],
  signal = new AbortController().signal,
) => warm(after.operations, { used: before.operations.used(), texts, signal });

const TITLE = 'query Title($id: ID!) { product(id: $id) { title } }';
const MAYBE = 'query ($full: Boolean!) { product(id: "1") { id title @include(if: $full) } }';

test('what was run is planned, for the conditions that it was run with; then a run plans nothing', async () => {
  const [before, after] = [operationsOf(), operationsOf()];
  await run(before, TITLE, { id: '1' });
  await run(before, MAYBE, { full: true });
  await run(before, MAYBE, { full: false });
  expect(await warmed(after, before)).toBe(2);
  expect(after.plans).toHaveLength(3);
  await run(after, TITLE, { id: '2' });
  await run(after, MAYBE, { full: true });
  expect(after.plans).toHaveLength(3);
});

test('of a document with several operations, those that were run are planned', async () => {
  const [before, after] = [operationsOf(), operationsOf()];
  const text = 'query A { product(id: "1") { title } } query B { product(id: "1") { id } }';
  await run(before, text, {}, 'B');
  await warmed(after, before);
  expect(after.plans).toHaveLength(1);
  await run(after, text, {}, 'B');
  expect(after.plans).toHaveLength(1);
  await run(after, text, {}, 'A');
  expect(after.plans).toHaveLength(2);
});

test('the documents that were asked for last come first', async () => {
  const [before, after] = [operationsOf(), operationsOf()];
  for (const field of ['id', 'title', 'id']) await run(before, `{ product(id: "1") { ${field} } }`);
  await warmed(after, before);
  expect(after.plans.map((text) => /id title|title/.exec(text)?.[0] ?? 'id')).toEqual(['id', 'title']);
});

test('documents that may be asked for are planned too; one that is not valid is left out', async () => {
  const [before, after] = [operationsOf(), operationsOf()];
  expect(await warmed(after, before, [TITLE, '{ nothing }', 'no document', MAYBE])).toBe(2);
  expect(after.plans).toHaveLength(2);
  await run(after, TITLE, { id: '1' });
  expect(after.plans).toHaveLength(2);
});

test('what cannot be planned keeps nothing else from being planned', async () => {
  const before = operationsOf();
  await run(before, TITLE, { id: '1' });
  await run(before, MAYBE, { full: true });
  const after = operationsOf(() => Promise.reject(new Error('It cannot be planned')));
  expect(await warmed(after, before)).toBe(0);
  expect([...after.operations.used()]).toHaveLength(2);
});

test('it ends with its time, also while something is planned', async () => {
  const before = operationsOf();
  await run(before, TITLE, { id: '1' });
  const time = new AbortController();
  const after = operationsOf(() => {
    time.abort(new Error('over'));
    return new Promise<never>(() => {});
  });
  expect(await warmed(after, before, [MAYBE], time.signal)).toBe(0);
});

test('what took long to plan waits until it is asked for', async () => {
  const { executor, plans, prepare } = graph(() => ({ data: { product: product('1') } }));
  const slow = prepare('{ product(id: "1") { title } }');
  await executor.execute(slow, { variables: {}, context: 'me' });
  const [compiled] = (slow as PreparedOperation & { compiled: object[] }).compiled;
  Object.assign(compiled ?? {}, { tookMs: 1_001 });
  const again = prepare('{ product(id: "1") { title } }');
  await executor.warm(again, slow);
  expect(plans).toHaveLength(1);
  Object.assign(compiled ?? {}, { tookMs: 999 });
  await executor.warm(again, slow);
  expect(plans).toHaveLength(2);
});
