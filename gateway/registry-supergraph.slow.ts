import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { composeOutside } from '../codegen/outside.ts';
import { encodeCursor } from '../platform/events/cursor.ts';
import { projectFile } from '../platform/process/paths.ts';
import { fileKeep } from '../platform/supergraph/kept/kept.file.ts';
import { blobMessage } from '../platform/testing/events.ts';
import { type EventsAnswer, openEvents } from './testing/events.ts';
import { startTestGraph, type TestGraph } from './testing/test-graph.ts';
import { startTestRegistry, type TestRegistry } from './testing/test-registry.ts';

const OURS = readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8');
const described = (text: string): string =>
  OURS.replace('"""One step of a run on a blob."""', `"""${text}"""`);
const PATIENCE = { timeout: 30_000, interval: 20 };
const BLOBS = [{ id: 'b0', owner: 'state', title: 'One' }] as const;

let folder: string;
let registry: TestRegistry;
let graph: TestGraph;

const start = async () => {
  graph = await startTestGraph({
    blobs: [...BLOBS],
    registry: registry.url,
    supergraphKeep: async () => fileKeep(join(folder, 'kept.json')),
  });
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-'));
  registry = await startTestRegistry(described('The first.'));
  await start();
});
afterEach(async () => {
  await graph.stop();
  await registry.stop();
  await rm(folder, { recursive: true });
});

const description = async () => {
  const { data } = await graph.graphql<{ __type: { description: string } }>(
    '{ __type(name: "ProcessingChange") { description } }',
  );
  return data?.__type.description;
};
const logged = (words: string) => graph.gateway.logs.filter((line) => line.includes(words)).length;

const CHANGED = 'subscription ($after: String) { blobChanged(after: $after) { version blob { title } } }';
type Told = { readonly data?: { readonly blobChanged: { readonly version: number; readonly blob: object } } };

async function followBySocket(after: string) {
  const client = await graph.connect();
  const results = client.iterate({ query: CHANGED, variables: { after } }) as AsyncGenerator<Told>;
  return async () => (await results.next()).value as Told;
}

async function followByEvents(after: string) {
  const answer: EventsAnswer = await openEvents(`${graph.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await graph.token()}` },
    body: JSON.stringify({ query: CHANGED, variables: { after } }),
  });
  onTestFinished(() => answer.close());
  return async () => {
    for (;;) {
      const event = await answer.next();
      if (event?.data) return JSON.parse(event.data) as Told;
      if (!event) throw new Error('The event stream has ended');
    }
  };
}

test('the registry’s is served from the start, and each that it tells of later', async () => {
  expect(await description()).toBe('The first.');
  for (const text of ['The second.', 'The third.']) {
    registry.publish(described(text));
    await expect.poll(description, PATIENCE).toBe(text);
  }
});

test('no request fails, no subscription ends and no change is lost while one after the other is served', async () => {
  const after = encodeCursor(await graph.log.head());
  const streams = [await followBySocket(after), await followByEvents(after)];
  let isOver = false;
  const failed: unknown[] = [];
  const asking = Array.from({ length: 4 }, async (_, n) => {
    while (!isOver) {
      const { data, errors } = await graph.graphql(`query Q${n} { blob(id: "b0") { title } me { id } }`);
      if (errors || !data) failed.push(errors);
    }
  });
  let version = 0;
  for (const text of ['A.', 'B.', 'C.', 'D.']) {
    registry.publish(described(text));
    const publishing = async () => {
      await graph.log.publish(blobMessage('b0', ++version));
      return description();
    };
    await expect.poll(publishing, PATIENCE).toBe(text);
  }
  isOver = true;
  await Promise.all(asking);
  expect(failed).toEqual([]);
  for (const next of streams)
    for (let told = 1; told <= version; told += 1)
      expect(await next()).toEqual({ data: { blobChanged: { version: told, blob: { title: 'One' } } } });
});

test('requests ask the registry nothing', async () => {
  await expect.poll(() => registry.questions.at(-1), PATIENCE).toContain('known=1');
  const [questions, others] = [registry.questions.length, registry.others.length];
  for (let n = 0; n < 50; n += 1) await graph.graphql('{ blob(id: "b0") { title } }');
  expect([registry.questions.length, registry.others.length]).toEqual([questions, others]);
  registry.publish(described('Another.'));
  await expect.poll(description, PATIENCE).toBe('Another.');
  await expect.poll(() => registry.questions.at(-1), PATIENCE).toContain('known=2');
  expect(registry.questions.length).toBe(questions + 1);
});

test.each([
  ['no supergraph', () => 'type Query {'],
  ['half of one', () => OURS.slice(0, OURS.length / 2)],
  ['a supergraph without what REST serves', () => OURS.replace(/\n {2}preview: String![^\n]*/g, '')],
])('%s is refused, the graph goes on, and the next one is served', async (_what, broken) => {
  expect(broken()).not.toBe(OURS);
  registry.publish(broken());
  await expect.poll(() => logged('cannot be served'), PATIENCE).toBe(1);
  expect(await description()).toBe('The first.');
  expect((await graph.graphql('{ blob(id: "b0") { title } }')).data).toEqual({ blob: { title: 'One' } });
  registry.publish(described('Mended.'));
  await expect.poll(description, PATIENCE).toBe('Mended.');
});

test('the last one that was served is served after a restart at which the registry is away', async () => {
  registry.publish('type Query {');
  await expect.poll(() => logged('cannot be served'), PATIENCE).toBe(1);
  registry.publish(described('The last good one.'));
  await expect.poll(description, PATIENCE).toBe('The last good one.');
  await graph.stop();
  const { port } = new URL(registry.url);
  await registry.stop();
  await start();
  expect(await description()).toBe('The last good one.');
  expect((await graph.graphql('{ blob(id: "b0") { title } }')).data).toEqual({ blob: { title: 'One' } });
  expect(port).not.toBe('');
});

test('without the registry and without one that was kept, ours is served', async () => {
  await graph.stop();
  await rm(join(folder, 'kept.json'));
  await registry.stop();
  await start();
  expect(await description()).toBe('One step of a run on a blob.');
  const ready = await fetch(`${graph.gateway.url}/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { supergraph: 'unreachable' } });
});

/** A subgraph from outside, which answers `{ counted }`. */
async function startOutside(counted: number) {
  const audiences: unknown[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/ready') return response.end(JSON.stringify({ status: 'ready', checks: {} }));
    audiences.push(decodeJwt(request.headers.authorization?.slice('Bearer '.length) ?? '').aud);
    return response.end(JSON.stringify(body.includes('counted') ? { data: { counted } } : { errors: [] }));
  }).listen(0, '127.0.0.1');
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('close', () => {
      connections -= 1;
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return { audiences, url, close, connections: () => connections };
}

const withOutside = (url: string) =>
  composeOutside([
    {
      ...{ name: 'word-count', url, sdlFile: 'word-count.graphql' },
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
        type Query { counted: Int }
        interface Blob { id: ID! }
        type WordCount implements Blob @key(fields: "id") { id: ID! words: Int }`,
    },
  ]);

test('a subgraph from outside is asked where the supergraph says, for itself alone, and is known to be ready', async () => {
  const counted = async () => (await graph.graphql<{ counted: number }>('{ counted }')).data?.counted;
  const checks = async () => {
    const answer = await fetch(`${graph.gateway.url}/ready`);
    return ((await answer.json()) as { checks: Record<string, string> }).checks;
  };
  expect(await checks()).not.toHaveProperty('word-count');
  const first = await startOutside(1);
  registry.publish(withOutside(first.url));
  await expect.poll(counted, PATIENCE).toBe(1);
  await expect.poll(async () => (await checks())['word-count'], PATIENCE).toBe('ok');
  const second = await startOutside(2);
  registry.publish(withOutside(second.url));
  await expect.poll(counted, PATIENCE).toBe(2);
  expect(new Set([...first.audiences, ...second.audiences])).toEqual(new Set(['word-count']));
  // What is not asked any more keeps no connection.
  await expect.poll(first.connections, { timeout: 60_000 }).toBe(0);
  await second.close();
  await expect.poll(async () => (await checks())['word-count'], PATIENCE).toBe('unreachable');
  registry.publish(OURS);
  await expect.poll(async () => (await checks())['word-count'], PATIENCE).toBeUndefined();
}, 120_000);

test('what clients run is reported by its shape: queries, REST and subscriptions, without what they wrote', async () => {
  await graph.graphql('query Titles($id: ID!) { mine: blob(id: $id) { title } }', { id: 'a secret id' });
  await graph.graphql('query Titles { blob(id: "another secret") { title } }');
  await graph.graphql('query Titles { blob(id: "b0") { title } }');
  const headers = { authorization: `Bearer ${await graph.token()}` };
  await fetch(`${graph.gateway.url}/api/v1/blobs/secret`, { headers });
  const next = await followBySocket(encodeCursor(await graph.log.head()));
  await graph.log.publish(blobMessage('b0', 1));
  await next();
  await graph.gateway.stop();
  const of = (coordinate: string, kind: string) =>
    registry.uses.filter((use) => use.coordinates.includes(coordinate) && use.kind === kind);
  expect(of('BlobIndex.title', 'query').find(({ count }) => count === 2)).toMatchObject({
    name: 'Titles',
    coordinates: ['Query.blob', 'Query.blob(id:)', 'BlobIndex.title'],
  });
  expect(of('Query.blob', 'query').length).toBeGreaterThanOrEqual(3);
  expect(of('Subscription.blobChanged(after:)', 'subscription')).toMatchObject([{ count: 1 }]);
  expect(of('BlobChange.blob', 'subscription')).not.toEqual([]);
  expect(JSON.stringify(registry.uses)).not.toMatch(/secret|mine/);
});
