import { afterAll, expect, it } from 'vitest';
import { shippedSubgraphs, shippedSupergraph } from '../shipped.ts';
import { createGraphChecker } from './checker.ts';

const own = shippedSubgraphs();
const before = shippedSupergraph();
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
const checker = createGraphChecker();
afterAll(() => checker.close());

const check = (sdl: string, by = checker) => {
  const subgraph = { name: 'hostile', url: 'http://hostile.internal/graphql', sdl };
  return by.run({ kind: 'check', own, outside: [], subgraph, graphqlType: 'H', before });
};
const TYPE = 'interface Blob { id: ID! } type H implements Blob @key(fields: "id") { id: ID! }';
const count = (many: number, one: (index: number) => string) =>
  Array.from({ length: many }, (_, index) => one(index)).join(' ');

it.each([
  [
    'as many keys as fit',
    `${LINK} interface Blob { id: ID! } type H implements Blob ${count(3_000, () => '@key(fields: "id")')} { id: ID! }`,
  ],
  [
    'a key as deep as fits',
    `${LINK} ${TYPE} type D @key(fields: "${'d { '.repeat(20_000)}id${' }'.repeat(20_000)}") { id: ID! d: D }`,
  ],
  [
    'types that implement many interfaces',
    `${LINK} ${TYPE} ${count(120, (i) => `interface I${i} { a: Int }`)} ${count(120, (t) => `type T${t} implements ${count(120, (i) => `${i > 0 ? '& ' : ''}I${i}`)} @shareable { a: Int }`)}`,
  ],
  [
    'entities that lead to each other',
    `${LINK} ${TYPE} ${count(200, (t) => `type E${t} @key(fields: "id") { id: ID! ${count(20, (f) => `f${f}: E${(t * 7 + f * 31) % 200}`)} }`)} type Query { h: [H!]! }`,
  ],
  [
    'a value as deep as fits',
    `${LINK} ${TYPE} input In { v: [Int] = ${'['.repeat(20_000)}${']'.repeat(20_000)} }`,
  ],
])('ends with an answer, and the process goes on: %s', async (_what, sdl) => {
  const outcome = await check(sdl).then(
    (result) => ('faults' in result ? 'refused' : 'taken'),
    (error: { code?: string }) => error.code,
  );
  expect(['refused', 'taken', 'COMPOSITION_FAILED']).toContain(outcome);
  expect(await check(`${LINK} ${TYPE}`)).toHaveProperty('sdl');
});

it('gives up what takes longer than it may, and does what waits behind it', async () => {
  const quick = createGraphChecker(1);
  try {
    await expect(check(`${LINK} ${TYPE}`, quick)).rejects.toMatchObject({
      code: 'COMPOSITION_FAILED',
      field: 'subgraph.sdl',
    });
  } finally {
    await quick.close();
  }
  await expect(check(`${LINK} ${TYPE}`, quick)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  const both = await Promise.all([check(`${LINK} ${TYPE}`), check('type {')]);
  expect(both.map((result) => Object.keys(result)[0])).toEqual(['sdl', 'faults']);
});
