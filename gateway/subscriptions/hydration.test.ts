import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import type { Change } from '../../platform/changes/change.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { changesWanted, type Hydrate, shareHydrations } from './hydration.ts';

const sdl = readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8');
const schema = Supergraph.build(sdl, { validateSupergraph: false }).apiSchema().toGraphQLJSSchema();

const wanted = (query: string, variableValues: Record<string, unknown> = {}, operationName?: string) =>
  changesWanted({ schema, document: parse(query), variableValues, operationName });

const words = (text: string) => text.replace(/\s+/g, ' ');

test('a subscription is split into its filter and the operation for each change', () => {
  const query = `
    subscription S($after: String, $book: ID = "novel", $n: Int!) {
      change: blobChanged(after: $after, filter: { bookId: $book }) { ...F }
    }
    fragment F on BlobChange { blob { derived(first: $n) { totalCount } } }
    query Other { me { id } }`;
  const { filter, after, hydration } = wanted(query, { after: 'cursor', n: 3 }, 'S');
  expect({ filter, after }).toEqual({ filter: { bookId: 'novel' }, after: 'cursor' });
  expect(hydration).toMatchObject({ operationName: 'S', variables: { n: 3 } });
  expect(words(hydration.query)).toBe(
    'subscription S($n: Int!) { change: blobChanged { ...F } } fragment F on BlobChange { blob { derived(first: $n) { totalCount } } }',
  );
});

test('without arguments, a subscription gets all changes from now on', () => {
  expect(wanted('subscription { blobChanged { kind } }')).toMatchObject({ filter: {}, after: null });
  expect(wanted('subscription { blobChanged(after: null, filter: null) { kind } }')).toMatchObject({
    filter: {},
    after: null,
  });
});

const change = (cursor: string): Change => ({
  cursor,
  kind: 'CREATED',
  blobId: 'b',
  version: 1,
  occurredAt: new Date(0),
});

test('a hydration runs once per change, viewer, query and variables, and again after a failure', async () => {
  let runs = 0;
  let failing = false;
  const hydrate = shareHydrations(async () => {
    runs += 1;
    if (failing) throw new Error('down');
    return { data: { run: runs } };
  });
  const { hydration } = wanted('subscription { blobChanged { kind } }');
  const alice = { userId: 'alice', roles: [] };
  const same = [
    hydrate(hydration, alice, change('1')),
    hydrate(structuredClone(hydration), { ...alice }, change('1')),
  ];
  expect(await Promise.all(same)).toEqual([{ data: { run: 1 } }, { data: { run: 1 } }]);
  await hydrate(hydration, alice, change('2'));
  await hydrate(hydration, { userId: 'bob', roles: [] }, change('1'));
  await hydrate(hydration, { userId: 'alice', roles: ['operator'] }, change('1'));
  await hydrate({ ...hydration, key: 'of other variables' }, alice, change('1'));
  expect(runs).toBe(5);
  failing = true;
  await expect(hydrate(hydration, alice, change('3'))).rejects.toThrow('down');
  failing = false;
  expect(await hydrate(hydration, alice, change('3'))).toEqual({ data: { run: 7 } });
});

test('shared answers are bounded by bytes', async () => {
  let runs = 0;
  const run: Hydrate = async (_hydration, _viewer, _change, measured) => {
    runs += 1;
    measured?.(1_000_000);
    return { data: { run: runs } };
  };
  const hydrate = shareHydrations(run, 3_100_000);
  const { hydration } = wanted('subscription { blobChanged { kind } }');
  const alice = { userId: 'alice', roles: [] };
  const all = ['1', '2', '3', '4'];
  for (const cursor of all) await hydrate(hydration, alice, change(cursor));
  await hydrate(hydration, alice, change('4'));
  await hydrate(hydration, alice, change('2'));
  expect(runs).toBe(4);
  await hydrate(hydration, alice, change('1'));
  expect(runs).toBe(5);
});

test('the key of a hydration depends on its variables, and has a fixed length', () => {
  const query =
    'subscription ($ids: [ID!]) { blobChanged { blob { derived(first: 1, after: $a) { totalCount } } } }';
  const withVariable = (a: string) => wanted(query.replace('$ids: [ID!]', '$a: String'), { a }).hydration.key;
  expect(withVariable('x')).not.toBe(withVariable('y'));
  expect(withVariable('x'.repeat(1_000_000))).toHaveLength(64);
});
