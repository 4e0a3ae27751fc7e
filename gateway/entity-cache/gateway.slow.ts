import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ChangeFeed, openChangeFeed } from '../../platform/changes/feed.ts';
import { encodeCursor } from '../../platform/events/cursor.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { blobMessage } from '../../platform/testing/events.ts';
import { startTestGraph, type TestGraph, type TestGraphOptions } from '../testing/test-graph.ts';
import type { Asked, TestBlob } from '../testing/test-subgraphs.ts';

/** The entity cache in gateways over subgraphs, told of deletions by a log. */

const QUERY = `{ blobs { nodes { derived { nodes { id content { ... on ExpandedText { data { expanded } } } } } } } }`;

let blobs: TestBlob[];
let graphs: TestGraph[];
let feeds: ChangeFeed[];
/** Holds requests to text-expansion while there is one. */
let hold: Promise<void> | undefined;

beforeEach(() => {
  blobs = [{ id: 'draft', owner: 'state', title: 'Draft' }];
  graphs = [];
  feeds = [];
  hold = undefined;
  for (const id of ['a', 'b']) derive(id);
});

afterEach(async () => {
  await Promise.all(graphs.map((graph) => graph.stop()));
  await Promise.all(feeds.map((feed) => feed.close()));
});

const derive = (id: string) =>
  blobs.push({ id, owner: 'text-expansion', title: `Expansion ${id}`, parentId: 'draft' });

async function start(options: TestGraphOptions = {}): Promise<TestGraph> {
  const graph = await startTestGraph({
    blobs,
    hold: async ({ subgraph }: Asked) => (subgraph === 'text-expansion' ? hold : undefined),
    entityCacheMiB: 64,
    ...options,
  });
  graphs.push(graph);
  return graph;
}

/** Another gateway, with a feed of its own of the same log. */
async function another({ log }: TestGraph): Promise<TestGraph> {
  const feed = openChangeFeed({ log, logger: createLogger('silent') });
  feeds.push(feed);
  return start({ eventLog: async () => log, changeFeed: async () => feed });
}

/** Asks for both expansions. @returns the ids that text-expansion was asked for */
async function ask(graph: TestGraph, userId = 'alice'): Promise<string[]> {
  graph.asked.length = 0;
  const { data, errors } = await graph.graphql(QUERY, {}, userId);
  const nodes = blobs.slice(1).map(({ id }) => ({ id, content: { data: { expanded: `expansion ${id}` } } }));
  expect({ data, errors }).toEqual({ data: { blobs: { nodes: [{ derived: { nodes } }] } } });
  return askedOf(graph);
}

const askedOf = ({ asked }: TestGraph): string[] =>
  asked
    .filter(({ subgraph }) => subgraph === 'text-expansion')
    .flatMap(({ variables }) => (variables['representations'] as { id: string }[]).map(({ id }) => id));

/** Asks until nothing is asked of text-expansion: the cache knows all deletions, and has the entities. */
const untilKept = (graph: TestGraph, userId = 'alice') =>
  expect.poll(() => ask(graph, userId), { timeout: 10_000 }).toEqual([]);

/** A measurement of the cache; NaN where there is none. */
async function measured({ gateway }: TestGraph, name: string): Promise<number> {
  const text = await gateway.runtime.metrics.text();
  return Number(new RegExp(`^blobgraph_entity_cache_${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

const deletionOf = (id: string) => blobMessage(id, 2, { kind: 'deleted' });

it('asks state alone once the entities are kept, and for the new ones of a page', async () => {
  const graph = await start();
  await untilKept(graph);
  expect(graph.asked.map(({ subgraph }) => subgraph)).toEqual(['state']);
  derive('c');
  expect(await ask(graph)).toEqual(['c']);
  expect(await ask(graph)).toEqual([]);
});

it('answers a page as a whole once nothing in it changed, and what changed at once', async () => {
  const graph = await start();
  await untilKept(graph);
  await ask(graph);
  expect(await measured(graph, 'answers')).toBe(1);
  await ask(graph);
  expect(graph.asked.map(({ subgraph }) => subgraph)).toEqual(['state']);
  derive('c');
  expect(await ask(graph)).toEqual(['c']);
  blobs.pop();
  expect(await ask(graph)).toEqual([]);
  await graph.log.publish(deletionOf('c'));
  await expect.poll(() => measured(graph, 'answers'), { timeout: 10_000 }).toBe(0);
});

it('tells of a change by what state alone answers, once its other entities are kept', async () => {
  const graph = await start();
  await untilKept(graph);
  const after = encodeCursor(await graph.log.head());
  const client = await graph.connect({ authorization: `Bearer ${await graph.token('alice')}` });
  const query =
    'subscription ($after: String) { blobChanged(after: $after) { blob { title schema { title } } } }';
  const changes = client.iterate({ query, variables: { after } });
  const askedFor = async (version: number) => {
    graph.asked.length = 0;
    await graph.log.publish(blobMessage('draft', version));
    const { value } = await changes.next();
    const blob = { title: 'Draft', schema: { title: 'Schema text-input-v1' } };
    expect(value).toEqual({ data: { blobChanged: { blob } } });
    return graph.asked.map(({ subgraph }) => subgraph);
  };
  expect(await askedFor(1)).toEqual(['state', 'schemas']);
  expect(await askedFor(2)).toEqual(['state']);
});

it('answers no other user with them', async () => {
  const graph = await start();
  await untilKept(graph);
  expect(await ask(graph, 'bob')).toEqual(['a', 'b']);
  expect(await ask(graph, 'bob')).toEqual([]);
  expect(graph.asked.map(({ viewer }) => viewer?.userId)).toEqual(['bob']);
});

it('keeps nothing that came with an error', async () => {
  derive('broken');
  const graph = await start();
  const askAll = async () => {
    graph.asked.length = 0;
    const { errors } = await graph.graphql(QUERY);
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BLOB_NOT_FOUND']);
    return askedOf(graph);
  };
  await expect.poll(askAll, { timeout: 10_000 }).toEqual(['broken']);
  expect(await askAll()).toEqual(['broken']);
});

it('a deletion takes a blob out of every gateway on the log', async () => {
  const one = await start();
  const two = await another(one);
  await Promise.all([untilKept(one), untilKept(two)]);
  await one.log.publish(deletionOf('a'));
  for (const graph of [one, two]) {
    const asked: string[] = [];
    await expect.poll(async () => asked.push(...(await ask(graph))), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(asked).toEqual(['a']);
  }
});

it('an operation that began before a deletion does not bring the blob back', async () => {
  const graph = await start();
  await untilKept(graph);
  derive('c');
  let release = () => {};
  hold = new Promise((resolve) => {
    release = resolve;
  });
  const late = ask(graph);
  await expect.poll(() => askedOf(graph), { timeout: 10_000 }).toEqual(['c']);
  await graph.log.publish(deletionOf('c'));
  await graph.log.publish(deletionOf('a'));
  await expect.poll(() => measured(graph, 'entities'), { timeout: 10_000 }).toBe(1);
  release();
  await late;
  hold = undefined;
  expect(await ask(graph)).toEqual(['a', 'c']);
});

it('a gateway whose log is another one begins anew', async () => {
  const graph = await start({ feed: { reconnectMs: 10 } });
  await untilKept(graph);
  graph.log.renew();
  await expect.poll(() => ask(graph), { timeout: 10_000 }).toEqual(['a', 'b']);
  await untilKept(graph);
});

it('keeps nothing when it is turned off', async () => {
  const graph = await start({ entityCacheMiB: 0 });
  expect([await ask(graph), await ask(graph)]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
  expect(await measured(graph, 'entities')).toBeNaN();
});
