import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectFile } from '../../process/paths.ts';
import { shippedSubgraphs, shippedSupergraph } from '../shipped.ts';
import { runTask } from './check.ts';
import { type Composition, isRefused, type Refused, type SchemaChange } from './task.ts';

const own = shippedSubgraphs();
const before = shippedSupergraph();

const WORD_COUNT = readFileSync(projectFile('e2e', 'python-processor', 'schema.graphql'), 'utf8');
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@override"])';
const BLOB = 'interface Blob { id: ID! }';

const check = (
  sdl: string,
  more: { name?: string; type?: string; served?: string; against?: string; outside?: never[] } = {},
) => {
  const { name = 'word-count', type = 'WordCount', served, against = before } = more;
  const subgraph = { name, url: `http://${name}.internal:9000/graphql`, sdl };
  return runTask({
    ...{ kind: 'check', own, outside: [], subgraph, graphqlType: type, before: against },
    ...(served === undefined ? {} : { served }),
  }) as Promise<Composition | Refused>;
};

async function faults(...asked: Parameters<typeof check>): Promise<string[]> {
  const result = await check(...asked);
  return isRefused(result) ? result.faults.map(({ message }) => message) : [];
}

async function composed(...asked: Parameters<typeof check>): Promise<Composition> {
  const result = await check(...asked);
  if (isRefused(result)) throw new Error(result.faults.map(({ message }) => message).join('\n'));
  return result;
}

describe('a processor’s SDL', () => {
  it('joins the graph, and what it adds breaks nothing', async () => {
    const { sdl, changes } = await composed(WORD_COUNT, { served: WORD_COUNT });
    expect(sdl).toContain('WORD_COUNT @join__graph(name: "word-count"');
    expect(changes.map(({ coordinate }) => coordinate)).toContain('WordCount');
    expect(changes.filter(({ criticality }) => criticality === 'BREAKING')).toEqual([]);
  });

  it.each([
    ['type {', [/^The SDL cannot be parsed at line 1, column 6: Syntax Error/]],
    [`type Query { a: ${'['.repeat(30_000)}Int`, [/^The SDL (is nested too deeply|cannot be parsed)/]],
    [
      Array.from({ length: 20_000 }, (_, index) => `type T${index} { a: Int }`).join('\n'),
      [/^The SDL cannot be parsed.*token/],
    ],
    [
      `${BLOB} type WordCount implements Blob @key(fields: "id") { id: ID! }`,
      [/must link Federation 2: `extend schema @link/],
    ],
    [`${LINK} ${BLOB} type Query { a: Int }`, [/^One type must be .*There is no type `WordCount` in it\.$/]],
    [
      `${LINK} ${BLOB} type WordCount @key(fields: "id") { id: ID! }`,
      [/^One type must be .*`WordCount` does not implement `Blob`\.$/],
    ],
    [
      `${LINK} ${BLOB} type WordCount implements Blob { id: ID! }`,
      [/^One type must be .*`WordCount` has no key of its own\.$/],
    ],
    [
      `${LINK} ${BLOB} type WordCount implements Blob @key(fields: "id", resolvable: false) { id: ID! }`,
      [/`WordCount` has no key of its own\.$/],
    ],
    [
      `${LINK} ${BLOB} type WordCount implements Blob @key(fields: "id") { id: ID! } type Lines implements Blob @key(fields: "id") { id: ID! }`,
      [/^One type alone may be .*the SDL has 2: WordCount, Lines/],
    ],
    [
      `${LINK} ${BLOB} type Other implements Blob @key(fields: "id") { id: ID! }`,
      [/^The type of blobs is `Other` in the SDL, and `WordCount` in the declaration/],
    ],
    [
      `${LINK} ${BLOB} type WordCount implements Blob @key(fields: "name") { id: ID! name: String! }`,
      [/^`WordCount` must have `@key\(fields: "id"\)`/],
    ],
    [
      `${WORD_COUNT} type Subscription { counted: WordCount }`,
      [/^`Subscription\.counted` cannot be served: /],
    ],
    [
      `${WORD_COUNT.replace('import: ["@key"]', 'import: ["@key", { name: "@override", as: "@mine" }]')} extend type BlobIndex { title: String! @mine(from: "state") }`,
      [/^`BlobIndex\.title` has `@override`, which takes a field from another subgraph/],
    ],
  ])('%.60s: %s', async (sdl, told) => {
    expect(await faults(sdl)).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
  });

  it('does not take a field from another subgraph, and hears whose it is', async () => {
    const taking = WORD_COUNT.replace(
      'resolvable: false) {\n  id: ID!',
      'resolvable: false) {\n  id: ID!\n  title: String!',
    );
    expect(await faults(taking)).toEqual([
      '`BlobIndex.title` belongs to `state`: `word-count` may not resolve it too. Leave it out of the SDL, mark it `@external` where it is only referred to, or give the field another name.',
    ]);
    const root = `${WORD_COUNT} type Query { processors: [String!]! }`;
    expect((await faults(root)).join('\n')).toMatch(
      /`Query\.processors` belongs to `processors`|Query\.processors/,
    );
  });

  it('hears in words what else does not compose', async () => {
    expect(await faults(WORD_COUNT.replace('words: Int!', 'words: Missing!'))).toEqual([
      expect.stringMatching(
        /^It does not compose with the graph: Unknown type Missing( \(line \d+, column \d+\))?\.$/,
      ),
    ]);
    const [kind] = await faults(`${WORD_COUNT} type UserBlob { a: Int }`);
    expect(kind).toMatch(/UserBlob/);
    const [mismatch] = await faults(`${WORD_COUNT} enum Processor { A }`);
    expect(mismatch).toMatch(/Processor/);
  });

  it('is the one that is served, however that is printed', async () => {
    const printed = WORD_COUNT.replace('type WordCount', '# a comment\ntype   WordCount')
      .replace('"How long a text is."', '')
      .concat('\nscalar _Any\ntype _Service { sdl: String }\nextend type Query { _service: _Service! }');
    expect(await faults(WORD_COUNT, { served: printed })).toEqual([]);
    expect(await faults(WORD_COUNT, { served: WORD_COUNT.replace('words: Int!', 'words: Int') })).toEqual([
      'The subgraph answers another SDL (`_service`): `WordCount` differs. Deploy what is registered, or register what is deployed.',
    ]);
    expect(await faults(WORD_COUNT, { served: 'no SDL' })).toEqual([
      expect.stringMatching(/^What the subgraph answers as its SDL \(`_service`\) is none\./),
    ]);
  });

  it('replaces that of one of ours, by its name', async () => {
    const ours = own.find(({ name }) => name === 'text-insights');
    const sdl = `${ours?.sdl ?? ''}\nextend type TextInsights { "More." more: Int }`;
    const type = /type (\w+) implements Blob @key\(fields: "id"\)/.exec(sdl)?.[1] ?? '';
    const { changes } = await composed(sdl.replace('TextInsights {', `${type} {`), {
      name: 'text-insights',
      type,
    });
    expect(changes).toMatchObject([{ criticality: 'NON_BREAKING', coordinate: `${type}.more`, owners: [] }]);
  });

  it('tells what breaks, of which it is, and what of it operations would use', async () => {
    const { sdl: there } = await composed(WORD_COUNT);
    const fewer = WORD_COUNT.replace(/ {2}"Unicode code points\."\n {2}characters: Int!\n/, '');
    const broken = (await composed(fewer, { against: there })).changes[0];
    expect(broken).toMatchObject({
      ...{ criticality: 'BREAKING', coordinate: 'WordCount.characters', owners: [] },
      concerns: { coordinates: ['WordCount.characters'], types: [] },
    });
    const hiding = WORD_COUNT.replace('import: ["@key"]', 'import: ["@key", "@inaccessible"]').replace(
      'resolvable: false) {\n  id: ID!',
      'resolvable: false) {\n  id: ID! @inaccessible',
    );
    const hidden = (await composed(hiding, { against: there })).changes.find(
      ({ coordinate }) => coordinate === 'BlobIndex.id',
    );
    expect(hidden).toMatchObject({ criticality: 'BREAKING', owners: expect.arrayContaining(['state']) });
  });
});

it('composes what ships into the text that ships', async () => {
  expect(await runTask({ kind: 'compose', own, outside: [], before })).toEqual({ sdl: before, changes: [] });
});

it('compares two graphs by what operations use of them', async () => {
  const changed = before.replace(
    /REDIS @join__enumValue\(graph: PROCESSORS\)/,
    'RADISH @join__enumValue(graph: PROCESSORS)',
  );
  const changes = (await runTask({ kind: 'compare', before, after: changed })) as readonly SchemaChange[];
  expect(changes.map(({ coordinate, concerns }) => [coordinate, concerns.coordinates])).toContainEqual([
    'StorageType.REDIS',
    ['StorageType.REDIS', 'StorageType'],
  ]);
});

it('finds the processors from outside of a composed graph, with SDL that composes again', async () => {
  const { sdl: supergraph } = await composed(WORD_COUNT);
  const extracted = (await runTask({ kind: 'extract', supergraph })) as unknown as {
    name: string;
    url: string;
    types: string[];
  }[];
  expect(extracted).toMatchObject([
    { name: 'word-count', url: 'http://word-count.internal:9000/graphql', types: ['WordCount'] },
  ]);
  const again = (await runTask({
    kind: 'compose',
    own,
    outside: extracted as never,
    before: supergraph,
  })) as Composition;
  expect(again.changes.filter(({ criticality }) => criticality === 'BREAKING')).toEqual([]);
  expect(await runTask({ kind: 'extract', supergraph: before })).toEqual([]);
});
