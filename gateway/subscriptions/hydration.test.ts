import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import type { Change } from '../../platform/changes/change.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { declaredSubscriptions } from '../../platform/subscriptions/declared.ts';
import { type Hydrate, shareHydrations, subscribedTo } from './hydration.ts';

const sdl = readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8');
const schema = Supergraph.build(sdl, { validateSupergraph: false }).apiSchema().toGraphQLJSSchema();

const declarations = declaredSubscriptions(parse(sdl));

const wanted = (query: string, variableValues: Record<string, unknown> = {}, operationName?: string) =>
  subscribedTo({ schema, document: parse(query), variableValues, operationName }, declarations);

test('a subscription is split into its filter and the operation for each change', () => {
  const query = `
    subscription S($after: String, $book: ID = "novel", $n: Int!) {
      change: blobChanged(after: $after, filter: { bookId: $book }) { ...F }
    }
    fragment F on BlobChange { blob { derived(first: $n) { totalCount } } }
    query Other { me { id } }`;
  const { field, args, hydration } = wanted(query, { after: 'cursor', n: 3 }, 'S');
  expect({ field, args }).toEqual({
    field: 'blobChanged',
    args: { filter: { bookId: 'novel' }, after: 'cursor' },
  });
  expect(hydration).toMatchObject({ operationName: 'S', variables: { n: 3 } });
  expect(hydration.query).toBe(
    'subscription S($n:Int!){change:blobChanged{...F}}fragment F on BlobChange{blob{derived(first:$n){totalCount}}}',
  );
});

test('an argument that a field must have is the same for all, so that subscribers of several books share', () => {
  const [one, other] = ['one', 'other'].map((id) =>
    wanted(`subscription { bookChanged(bookId: "${id}") { version } }`),
  );
  expect(one?.args).toEqual({ bookId: 'one' });
  expect(one?.hydration.query).toBe('subscription{bookChanged(bookId:""){version}}');
  expect(one?.hydration.key).toBe(other?.hydration.key);
});

test('a field that is not declared is refused by name', () => {
  const args = { schema, document: parse('subscription { blobChanged { kind } }') };
  expect(() => subscribedTo(args, new Map())).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining('`blobChanged`') }),
  );
});

test('without arguments, a subscription gets all changes from now on', () => {
  for (const args of ['', '(after: null, filter: null)']) {
    const { declared, args: given } = wanted(`subscription { blobChanged${args} { kind } }`);
    expect(declared.after(given)).toBeNull();
    expect(declared.wanted(given).passes(change('1'))).toBe(true);
  }
});

const change = (cursor: string): Change => ({
  ...{ cursor, event: 'blob.created', id: 'b', version: 1, occurredAt: new Date(0) },
  members: { blob_id: 'b', source_ids: [] },
});

test('a hydration runs once per change, viewer, query and variables, and again after a failure', async () => {
  let runs = 0;
  let failing = false;
  const hydrate = shareHydrations(async () => {
    runs += 1;
    if (failing) throw new Error('down');
    return { data: { run: runs } };
  });
  const subscribed = wanted('subscription { blobChanged { kind } }');
  const alice = { userId: 'alice', roles: [] };
  const same = [
    hydrate(subscribed, alice, change('1')),
    hydrate({ ...subscribed, hydration: structuredClone(subscribed.hydration) }, { ...alice }, change('1')),
  ];
  expect(await Promise.all(same)).toEqual([{ data: { run: 1 } }, { data: { run: 1 } }]);
  await hydrate(subscribed, alice, change('2'));
  await hydrate(subscribed, { userId: 'bob', roles: [] }, change('1'));
  await hydrate(subscribed, { userId: 'alice', roles: ['operator'] }, change('1'));
  const other = { ...subscribed.hydration, key: 'of other variables' };
  await hydrate({ ...subscribed, hydration: other }, alice, change('1'));
  expect(runs).toBe(5);
  failing = true;
  await expect(hydrate(subscribed, alice, change('3'))).rejects.toThrow('down');
  failing = false;
  expect(await hydrate(subscribed, alice, change('3'))).toEqual({ data: { run: 7 } });
});

test('shared answers are bounded by bytes', async () => {
  let runs = 0;
  const run: Hydrate = async (_subscribed, _viewer, _change, measured) => {
    runs += 1;
    measured?.(1_000_000);
    return { data: { run: runs } };
  };
  const hydrate = shareHydrations(run, 3_100_000);
  const subscribed = wanted('subscription { blobChanged { kind } }');
  const alice = { userId: 'alice', roles: [] };
  const all = ['1', '2', '3', '4'];
  for (const cursor of all) await hydrate(subscribed, alice, change(cursor));
  await hydrate(subscribed, alice, change('4'));
  await hydrate(subscribed, alice, change('2'));
  expect(runs).toBe(4);
  await hydrate(subscribed, alice, change('1'));
  expect(runs).toBe(5);
});

test('the key of a hydration depends on its variables, and has a fixed length', () => {
  const query =
    'subscription ($ids: [ID!]) { blobChanged { blob { derived(first: 1, after: $a) { totalCount } } } }';
  const withVariable = (a: string) => wanted(query.replace('$ids: [ID!]', '$a: String'), { a }).hydration.key;
  expect(withVariable('x')).not.toBe(withVariable('y'));
  expect(withVariable('x'.repeat(1_000_000))).toHaveLength(64);
});
