import { buildSchema, type DocumentNode, print } from 'graphql';
import { expect, test } from 'vitest';
import { OperationRefused, textHash } from '../../platform/serving/operation.ts';
import type { Executor, PreparedOperation } from '../execution/executor.ts';
import { defaultLimits } from './limits.ts';
import { createOperations } from './operations.ts';

const schema = buildSchema(`
  type Query { a(first: Int = 5, by: By! = UP, filter: Filter): [Query!]!  b: Int }
  enum By { UP DOWN }
  input Filter { by: By! = UP, inner: Filter }
`);

/** An executor whose operations take a kilobyte, and another each time that one runs. */
function countingExecutor() {
  const prepared: DocumentNode[] = [];
  const executor: Executor<null> = {
    schema,
    prepare(document) {
      prepared.push(document);
      return { document, bytes: 1_000 };
    },
    async execute(operation) {
      (operation as { bytes: number } & PreparedOperation).bytes += 1_000;
      return { data: {} };
    },
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

test('an operation is prepared once for its text, with what it uses and nothing else', () => {
  const { operations, prepared } = operationsOf();
  const text = '# note\n query A { ...F } query B { b } fragment F on Query { b }';
  const one = operations.find(text, 'A');
  expect(operations.find(text, 'A')).toBe(one);
  expect(operations.recall(textHash(text), 'A')).toBe(one);
  operations.find(text, 'B');
  expect(prepared.map((document) => print(document).replaceAll(/\s+/g, ' '))).toEqual([
    'query A { ...F } fragment F on Query { b }',
    'query B { b }',
  ]);
  expect(prepared[0]?.loc).toBeUndefined();
  expect(refusal(() => operations.find(text))).toBe('BAD_REQUEST');
});

test('what is refused is not kept', () => {
  const { operations } = operationsOf();
  const refused: [string, string][] = [
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ c }', 'GRAPHQL_VALIDATION_FAILED'],
    [`{ b } # ${'x'.repeat(300)}`, 'QUERY_TOO_COMPLEX'],
    [`{ b } # ${'ü'.repeat(150)}`, 'QUERY_TOO_COMPLEX'],
  ];
  for (const [text, code] of refused) {
    expect(refusal(() => operations.find(text))).toBe(code);
    expect(operations.recall(textHash(text))).toBeUndefined();
  }
});

test('the least recently used make room by bytes, those counted that running adds', async () => {
  const { operations } = operationsOf(6_000);
  const texts = ['{ one: b }', '{ two: b }', '{ three: b }'];
  const kept = () => texts.map((text) => operations.recall(textHash(text)) !== undefined);
  for (const text of texts) operations.find(text);
  expect(kept()).toEqual([true, true, true]);
  const operation = operations.find('{ three: b }');
  await operation.run(run);
  await operation.run(run);
  expect(kept()).toEqual([false, true, true]);
  while (kept()[2]) await operation.run(run);
  expect(kept()).toEqual([false, false, false]);
});

test('variables are checked by type, for null and for what they may bring', () => {
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
