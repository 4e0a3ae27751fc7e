import { buildSchema, type DocumentNode, print } from 'graphql';
import { expect, test } from 'vitest';
import { OperationRefused } from '../../platform/serving/graphql/operation.ts';
import type { Executor, PreparedOperation } from '../execution/executor.ts';
import { defaultLimits } from '../limits/limits.ts';
import { createOperations } from './operations.ts';

const schema = buildSchema(`
  type Query { a(first: Int = 5, by: By! = UP, filter: Filter): [Query!]!  b: Int }
  enum By { UP DOWN }
  input Filter { by: By! = UP, inner: Filter }
`);

/** An executor whose operations take 1,000 bytes, and as much again with each run. */
function countingExecutor() {
  const prepared: DocumentNode[] = [];
  const execute: Executor<null>['execute'] = async (operation) => {
    (operation as { bytes: number } & PreparedOperation).bytes += 1_000;
    return { data: {} };
  };
  const executor: Executor<null> = {
    schema,
    prepare(document) {
      prepared.push(document);
      return { document, bytes: 1_000, defers: false };
    },
    execute,
    answer: execute,
    answerInParts: execute,
    plan: async () => ({ plan: null }),
    warm: async () => {},
  };
  return { executor, prepared };
}

function operationsOf(keptBytes = 1_000_000) {
  const { executor, prepared } = countingExecutor();
  const limits = { ...defaultLimits, textBytes: 300 };
  return {
    prepared,
    operations: createOperations({
      executor,
      costHints: { sizes: new Map(), weights: new Map() },
      limits,
      keptBytes,
    }),
  };
}

const refusal = (work: () => unknown): unknown => {
  try {
    work();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(OperationRefused);
    const [first] = (error as OperationRefused).errors;
    return (
      (first?.originalError as { code?: string } | undefined)?.code ??
      first?.extensions['code'] ??
      first?.message
    );
  }
};

const run = { variables: {}, context: null };

test('an operation is prepared once per text, with only the fragments that it uses', () => {
  const { operations, prepared } = operationsOf();
  const text = '# note\n query A { ...F } query B { b } fragment F on Query { b }';
  const one = operations.find(text, 'A');
  expect(operations.find(text, 'A')).toBe(one);
  operations.find(text, 'B');
  expect(prepared.map((document) => print(document).replaceAll(/\s+/g, ' '))).toEqual([
    'query A { ...F } fragment F on Query { b }',
    'query B { b }',
  ]);
  expect(prepared[0]?.loc).toBeUndefined();
  expect(refusal(() => operations.find(text))).toBe('BAD_REQUEST');
});

test('refused documents are not cached', () => {
  const { operations } = operationsOf();
  const refused: [string, string][] = [
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ c }', 'GRAPHQL_VALIDATION_FAILED'],
    [`{ b } # ${'x'.repeat(300)}`, 'QUERY_TOO_COMPLEX'],
    [`{ b } # ${'ü'.repeat(150)}`, 'QUERY_TOO_COMPLEX'],
  ];
  for (const [text, code] of refused) {
    expect(refusal(() => operations.find(text))).toBe(code);
    expect(refusal(() => operations.assertValid(text))).toBe(code);
  }
});

test('the least recently used are evicted by bytes, including those that runs add', async () => {
  const { operations, prepared } = operationsOf(6_000);
  const [one, two, three] = ['{ one: b }', '{ two: b }', '{ three: b }'];
  for (const text of [one, two, three, one, two, three]) operations.find(text);
  expect(prepared).toHaveLength(3);
  const operation = operations.find(three);
  await operation.run(run);
  await operation.run(run);
  operations.find(two);
  expect(prepared).toHaveLength(3);
  operations.find(one);
  expect(prepared).toHaveLength(4);
  while (operations.find(three) === operation) await operation.run(run);
});

test('a text that is only validated is not cached', () => {
  const { operations, prepared } = operationsOf();
  operations.assertValid('{ b }');
  expect(prepared).toEqual([]);
});

test('variables are checked by type, for nulls and for the operation’s cost', () => {
  const { operations } = operationsOf();
  const check = (text: string, variables: Record<string, unknown> = {}) =>
    refusal(() => operations.find(text).check(variables));
  expect(check('query ($n: Int) { a(first: $n) { b } }', { n: 'x' })).toBe('BAD_REQUEST');
  const paged = 'query ($n: Int = 2) { a(first: $n) { a(first: $n) { b } } }';
  expect(operations.find(paged).check({})).toEqual({ n: 2 });
  expect(check(paged, { n: 400 })).toBeUndefined();
  expect(check(paged, { n: 1_200 })).toBe('QUERY_TOO_COMPLEX');
  for (const text of [
    'query ($by: By) { a(by: $by) { b } }',
    'query ($by: By = DOWN) { a(by: $by) { b } }',
    'query ($by: By) { ...F } fragment F on Query { a(filter: { inner: { by: $by } }) { b } }',
  ]) {
    expect(check(text, { by: null })).toBe('BAD_REQUEST');
    expect(check(text, { by: 'UP' })).toBeUndefined();
    expect(check(text)).toBeUndefined();
  }
});
