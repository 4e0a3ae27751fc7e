import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { encodeCursor } from '../../platform/events/cursor.ts';
import { blobMessage, GONE } from '../../platform/testing/events.ts';
import { startTestGraph, type TestGraph, type TestGraphOptions } from '../testing/test-graph.ts';
import type { TestBlob } from '../testing/test-subgraphs.ts';

const blobs: TestBlob[] = [
  { id: 'b0', owner: 'state', title: 'One' },
  { id: 'e0', owner: 'text-expansion', title: 'Expanded', parentId: 'b0' },
];

const CHANGED = `subscription Changed($after: String, $filter: BlobChangeFilter) {
  blobChanged(after: $after, filter: $filter) {
    cursor kind blobId version occurredAt
    blob { title content { __typename ... on ExpandedText { modelUsed } } }
  }
}`;
const BARE = 'subscription ($after: String) { blobChanged(after: $after) { kind blobId version } }';

let graph: TestGraph;
let beginning: string;

async function start(options: TestGraphOptions = {}) {
  graph = await startTestGraph({ blobs: [...blobs], ...options });
  beginning = encodeCursor(await graph.log.head());
}

beforeEach(() => start());
afterEach(() => graph.stop());

interface Fault {
  readonly message: string;
  readonly extensions: Record<string, unknown>;
}
type Result = { data?: Record<string, unknown> | null; errors?: readonly Fault[] };

async function subscribe(query: string, variables: Record<string, unknown> = {}, userId = 'alice') {
  const client = await graph.connect({ authorization: `Bearer ${await graph.token(userId)}` });
  const results = client.iterate({ query, variables }) as AsyncGenerator<Result>;
  return { client, results, next: async () => (await results.next()).value as Result };
}

/** The errors of an operation that is refused over WebSocket. */
const refusal = async (query: string, variables: Record<string, unknown> = {}): Promise<Fault[]> => {
  const { results } = await subscribe(query, variables);
  return results.next().then(
    ({ value }) => value?.errors ?? [],
    (errors: Fault[]) => errors,
  );
};

test('a change has fields of any subgraph', async () => {
  const { next } = await subscribe(CHANGED, { after: beginning });
  await graph.log.publish(blobMessage('e0', 1, { kind: 'indexed' }));
  expect(await next()).toEqual({
    data: {
      blobChanged: {
        cursor: encodeCursor(await graph.log.head()),
        kind: 'DERIVED',
        blobId: 'e0',
        version: 1,
        occurredAt: '2026-01-31T12:00:00.000Z',
        blob: { title: 'Expanded', content: { __typename: 'ExpandedText', modelUsed: 'offline' } },
      },
    },
  });
  expect(graph.asked.map(({ subgraph }) => subgraph)).toEqual(['state', 'text-expansion']);
  expect(graph.asked.map(({ viewer }) => viewer?.userId)).toEqual(['alice', 'alice']);
});

test('fields of the event itself need no subgraph', async () => {
  const query =
    'subscription ($after: String) { c: blobChanged(after: $after) { __typename k: kind blob { id } } }';
  const { next } = await subscribe(query, { after: beginning });
  await graph.log.publish(blobMessage('b0', 2, { kind: 'failed' }));
  expect(await next()).toEqual({
    data: { c: { __typename: 'BlobChange', k: 'FAILED', blob: { id: 'b0' } } },
  });
  expect(graph.asked).toEqual([]);
});

test('a deleted blob is null, and nothing is fetched for it', async () => {
  const { next } = await subscribe(CHANGED, { after: beginning });
  await graph.log.publish(blobMessage('b0', 2, { kind: 'deleted' }));
  expect(await next()).toMatchObject({
    data: { blobChanged: { kind: 'DELETED', blobId: 'b0', blob: null } },
  });
  expect(graph.asked).toEqual([]);
});

test('a blob that no longer exists is null, with an error that says so', async () => {
  const { next } = await subscribe(CHANGED, { after: beginning });
  await graph.log.publish(blobMessage('gone', 1));
  expect(await next()).toEqual({
    data: { blobChanged: expect.objectContaining({ kind: 'CREATED', blobId: 'gone', blob: null }) },
    errors: [
      expect.objectContaining({
        path: ['blobChanged', 'blob', 'title'],
        extensions: { code: 'NOT_FOUND', requestId: expect.any(String) },
      }),
    ],
  });
});

test('filter and cursor may be literals in the document', async () => {
  const query = `subscription { ...F } fragment F on Subscription {
    blobChanged(after: "${beginning}", filter: { bookId: "novel" }) { blobId }
  }`;
  const { next } = await subscribe(query);
  await graph.log.publish(blobMessage('other', 1));
  await graph.log.publish(blobMessage('mine', 1, { body: { book_id: 'novel' } }));
  expect(await next()).toEqual({ data: { blobChanged: { blobId: 'mine' } } });
});

test('a subscription resumes after its last cursor, with nothing lost or repeated', async () => {
  const first = await subscribe(CHANGED, { after: beginning });
  for (let version = 1; version <= 3; version += 1) await graph.log.publish(blobMessage('b0', version));
  const { data } = await first.next();
  await first.client.dispose();
  await graph.log.publish(blobMessage('b0', 4));
  const { blobChanged } = data as { blobChanged: { cursor: string } };
  const resumed = await subscribe(BARE, { after: blobChanged.cursor });
  const versions = [await resumed.next(), await resumed.next(), await resumed.next()];
  expect(versions.map((result) => result.data?.['blobChanged'])).toMatchObject([
    { version: 2 },
    { version: 3 },
    { version: 4 },
  ]);
});

test('users get no changes of other users', async () => {
  const bob = await subscribe(BARE, { after: beginning }, 'bob');
  await graph.log.publish(blobMessage('hers', 1));
  await graph.log.publish(blobMessage('his', 1, { userId: 'bob' }));
  expect(await bob.next()).toMatchObject({ data: { blobChanged: { blobId: 'his' } } });
});

test('subscriptions of one user with the same selection share fetches, whatever their filters and cursors', async () => {
  await graph.log.publish(blobMessage('b0', 1));
  const after = encodeCursor(await graph.log.head());
  const all = await Promise.all([
    ...Array.from({ length: 5 }, () => subscribe(CHANGED, { after })),
    subscribe(CHANGED, { after: beginning, filter: { blobId: 'e0' } }),
    subscribe(CHANGED.replaceAll('\n', ' '), { after }),
  ]);
  const results = all.map(({ next }) => next());
  await graph.log.publish(blobMessage('e0', 1));
  for (const result of await Promise.all(results)) {
    expect(result).toMatchObject({ data: { blobChanged: { blob: { title: 'Expanded' } } } });
  }
  expect(graph.asked.map(({ subgraph }) => subgraph)).toEqual(['state', 'text-expansion']);
});

test('changes that wait are fetched together, a few of them, and told in order', async () => {
  await graph.stop();
  const many = Array.from(
    { length: 9 },
    (_, n): TestBlob => ({ id: `b${n}`, owner: 'state', title: `${n}` }),
  );
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await start({ blobs: many, hold: () => released });
  const { next } = await subscribe(CHANGED, { after: beginning });
  for (const { id } of many) await graph.log.publish(blobMessage(id, 1));
  const first = next();
  await vi.waitFor(() => expect(graph.asked).toHaveLength(4), { timeout: 10_000 });
  await turn();
  expect(graph.asked).toHaveLength(4);
  release();
  const told = [await first];
  while (told.length < many.length) told.push(await next());
  expect(told.map(({ data }) => data?.['blobChanged'])).toMatchObject(
    many.map(({ id, title }) => ({ blobId: id, blob: { title } })),
  );
});

test('another selection, or another value of a variable in it, is fetched separately', async () => {
  const query = `subscription ($after: String, $preview: Boolean!) {
    blobChanged(after: $after) { blob { title preview @include(if: $preview) } }
  }`;
  const one = await subscribe(query, { after: beginning, preview: true });
  const other = await subscribe(query, { after: beginning, preview: false });
  await graph.log.publish(blobMessage('b0', 1));
  expect((await one.next()).data).toEqual({ blobChanged: { blob: { title: 'One', preview: 'One' } } });
  expect((await other.next()).data).toEqual({ blobChanged: { blob: { title: 'One' } } });
  expect(graph.asked).toHaveLength(2);
});

test('a subgraph that is down nulls only its own fields of a change', async () => {
  await graph.stopSubgraph('text-expansion');
  const { next } = await subscribe(CHANGED, { after: beginning });
  await graph.log.publish(blobMessage('e0', 1));
  const { data, errors } = await next();
  expect(data).toMatchObject({ blobChanged: { blob: { title: 'Expanded', content: null } } });
  expect(errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'text-expansion' } }]);
});

test('queries and mutations work as well', async () => {
  const { next } = await subscribe('query Q($id: ID!) { blob(id: $id) { title } }', { id: 'b0' });
  expect(await next()).toEqual({ data: { blob: { title: 'One' } } });
  const input = { type: 'note', schemaId: 'text-input-v1', data: {}, title: 'New' };
  const mutation = 'mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { title } } }';
  expect(await (await subscribe(mutation, { input })).next()).toEqual({
    data: { createBlob: { blob: { title: 'New' } } },
  });
});

test('mistakes have typed errors', async () => {
  const expected: [string, Record<string, unknown>, string][] = [
    [BARE, { after: 'garbage' }, 'CURSOR_INVALID'],
    [BARE, { after: GONE }, 'CURSOR_EXPIRED'],
    [BARE, { after: 7 }, 'BAD_REQUEST'],
    ['subscription {', {}, 'GRAPHQL_PARSE_FAILED'],
    ['subscription { blobChanged { nothing } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { a: blobChanged { kind } b: blobChanged { kind } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [`subscription { blobChanged { ${'kind '.repeat(2_000)} } }`, {}, 'QUERY_TOO_COMPLEX'],
    [
      'subscription { blobChanged { blob { derived(first: 100) { nodes { lineage { nodes { sources { id } } } } } } } }',
      {},
      'QUERY_TOO_COMPLEX',
    ],
    ['{ blobs(first: 100) { nodes { lineage { nodes { sources { id } } } } } }', {}, 'QUERY_TOO_COMPLEX'],
    ['{ book(id: "x") { id } }', {}, 'BOOK_NOT_FOUND'],
  ];
  for (const [query, variables, code] of expected) {
    const [error] = await refusal(query, variables);
    expect(error?.extensions, error?.message).toMatchObject({ code, requestId: expect.any(String) });
  }
});

test.each([
  ['no token', {}],
  ['a token that is none', { authorization: 'Bearer garbage' }],
])('a connection with %s is closed', async (_, params) => {
  const client = await graph.connect(params);
  const closed = client.iterate({ query: BARE }).next();
  await expect(closed).rejects.toMatchObject({ code: 4401 });
});

test('a connection is closed when its token ends', async () => {
  await graph.stop();
  // A token lasts 30 days, and is accepted for half a minute more, of which 200 ms are left.
  const late = { now: () => new Date(Date.now() + (30 * 24 * 3_600 + 30) * 1_000 - 200) };
  await start({ clock: late });
  const { results } = await subscribe(BARE);
  await expect(results.next()).rejects.toMatchObject({
    code: 4403,
    reason: expect.stringContaining('The token has expired'),
  });
});

/** A client that can stop reading, unlike a library's. */
async function rawSubscription(query: string, variables: Record<string, unknown>) {
  const socket = new WebSocket(`${graph.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const received: { type: string; payload: unknown }[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init', payload: { authorization: `Bearer ${await graph.token()}` } });
  await vi.waitFor(() => expect(received).toMatchObject([{ type: 'connection_ack' }]));
  send({ type: 'subscribe', id: '1', payload: { query, variables } });
  return { socket, received };
}

test('only a client that does not read is closed, and gets the reason when it reads again', async () => {
  await graph.stop();
  const big: TestBlob = { id: 'big', owner: 'state', title: 'x'.repeat(1_000_000) };
  await start({ blobs: [big], feed: { historySize: 10 } });
  const query = 'subscription ($after: String) { blobChanged(after: $after) { version blob { title } } }';
  const slow = await rawSubscription(query, { after: beginning });
  const quick = await subscribe(query, { after: beginning });
  let version = 0;
  const publish = async () => {
    version += 1;
    await graph.log.publish(blobMessage('big', version));
    expect((await quick.next()).data).toMatchObject({ blobChanged: { version } });
  };
  await publish();
  await vi.waitFor(() => expect(slow.received.at(-1)).toMatchObject({ type: 'next' }));
  slow.socket.pause();
  while (version < 40) await publish();
  slow.socket.resume();
  const last = () => slow.received.at(-1);
  await vi.waitFor(() => expect(last()).toMatchObject({ type: 'error' }), 10_000);
  expect(last()?.payload).toMatchObject([{ extensions: { code: 'SLOW_CONSUMER' } }]);
  expect(slow.received.length).toBeLessThan(30);
  await publish();
  slow.socket.terminate();
});

test('a conditional subscription is refused; the connection goes on', async () => {
  const running = await subscribe(BARE, { after: beginning });
  await graph.log.publish(blobMessage('b0', 1));
  expect((await running.next()).data).toMatchObject({ blobChanged: { blobId: 'b0' } });
  const refused = async (query: string, variables: Record<string, unknown> = {}) => {
    const beside = running.client.iterate({ query, variables }) as AsyncGenerator<Result>;
    return beside.next().then(
      ({ value }) => value,
      (errors: Fault[]) => errors[0],
    );
  };
  const typed = { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', requestId: expect.any(String) } };
  const conditional = 'subscription ($x: Boolean!) { blobChanged @include(if: $x) { kind } }';
  expect(await refused(conditional, { x: true })).toMatchObject(typed);
  expect(await refused('subscription { blobChanged @skip(if: true) { kind } }')).toMatchObject(typed);
  expect(
    await refused(
      'subscription { ...F @include(if: true) } fragment F on Subscription { blobChanged { kind } }',
    ),
  ).toMatchObject(typed);
  await graph.log.publish(blobMessage('b0', 2));
  expect((await running.next()).data).toMatchObject({ blobChanged: { version: 2 } });
});

test('an operation over WebSocket has the same limits as over HTTP', async () => {
  const [long] = await refusal(`#${'x'.repeat(70_000)}\n{ me { id } }`);
  expect(long?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  const [wrong] = await refusal(
    'query ($d: DateTime) { blobs(filter: { createdAfter: $d }) { totalCount } }',
    {
      d: 'x',
    },
  );
  expect(wrong).toMatchObject({
    message: expect.stringContaining('"$d"'),
    extensions: { code: 'BAD_REQUEST' },
  });
});
