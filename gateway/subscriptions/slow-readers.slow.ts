import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { EventKind } from '../../platform/events/events.ts';
import { BEGINNING, blobMessage, cursorAt, runBody } from '../../platform/testing/events.ts';
import { openEvents } from '../testing/events.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

/** Whoever does not read is cut off with a code and a cursor, whichever way they follow; nobody else waits for them. */

const QUERY =
  'subscription ($after: String) { blobChanged(after: $after) { cursor version blob { title } } }';
/** More megabytes than connections hold on their way, and then more than are remembered. */
const CHANGES = 40;
const CURSORS = 'subscription ($after: String) { blobChanged(after: $after) { cursor } }';

let graph: TestGraph;
let authorization: string;
const closing: (() => void)[] = [];

beforeEach(async () => {
  // A change is a megabyte, and ten of them are remembered.
  const blobs = [{ id: 'big', owner: 'state' as const, title: 'x'.repeat(1_000_000) }];
  graph = await startTestGraph({ blobs, feed: { historySize: 10 } });
  authorization = `Bearer ${await graph.token()}`;
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await graph.stop();
});

/** A client that can stop reading: what it has been sent, as text. */
interface Slow {
  pause(): void;
  resume(): void;
  text(): string;
}

function byHttp(head: readonly string[], body = ''): Slow {
  const { hostname, port } = new URL(graph.gateway.url);
  const socket: Socket = connect(Number(port), hostname);
  closing.push(() => socket.destroy());
  const parts: Buffer[] = [];
  socket.on('error', () => {});
  socket.on('data', (chunk) => parts.push(chunk));
  const fields = [`Host: ${hostname}`, `Authorization: ${authorization}`, 'Accept: text/event-stream'];
  socket.write(`${[...head, ...fields].join('\r\n')}\r\n\r\n${body}`);
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    text: () => Buffer.concat(parts).toString(),
  };
}

async function bySocket(path: string, protocol: string[], first: readonly object[]): Promise<Slow> {
  const socket = new WebSocket(`${graph.gateway.url.replace('http', 'ws')}${path}`, protocol, {
    headers: { authorization },
  });
  closing.push(() => socket.terminate());
  const parts: string[] = [];
  socket.on('message', (data) => parts.push(String(data)));
  await once(socket, 'open');
  for (const [index, message] of first.entries()) {
    // Each is sent once the one before is answered: who subscribes too soon is closed.
    if (index > 0) await once(socket, 'message');
    socket.send(JSON.stringify(message));
  }
  return { pause: () => socket.pause(), resume: () => socket.resume(), text: () => parts.join('\n') };
}

const payload = { query: QUERY, variables: { after: BEGINNING } };
const body = JSON.stringify(payload);

const transports: readonly (readonly [string, () => Slow | Promise<Slow>])[] = [
  [
    'GraphQL over WebSocket',
    () =>
      bySocket(
        '/graphql',
        ['graphql-transport-ws'],
        [{ type: 'connection_init' }, { type: 'subscribe', id: '1', payload }],
      ),
  ],
  [
    'GraphQL as server-sent events',
    () =>
      byHttp(
        ['POST /graphql HTTP/1.1', 'Content-Type: application/json', `Content-Length: ${body.length}`],
        body,
      ),
  ],
  ['REST as server-sent events', () => byHttp([`GET /api/v1/events?after=${BEGINNING} HTTP/1.1`])],
  ['REST over WebSocket', () => bySocket(`/api/v1/ws?after=${BEGINNING}`, [], [])],
];

/** The cursor behind which it says that it goes on, where it says so itself. */
const cursorIn = (text: string): string | undefined =>
  /"(?:after|cursor)":"([^"]+)"[^"]*(?:"requestId"[^}]*)?\}/.exec(text.slice(-1_000))?.[1];

/** Follows cursors alone, so that it takes the test no time. */
async function openQuick() {
  const quick = await openEvents(`${graph.gateway.url}/graphql`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ query: CURSORS, variables: { after: BEGINNING } }),
  });
  closing.push(quick.close);
  return quick;
}

/** Versions as they came, each once. */
const versionsIn = (text: string): number[] => [
  ...new Set([...text.matchAll(/"version":(\d+)/g)].map(([, each]) => Number(each))),
];

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test.each(transports)('%s', async (name, open) => {
  const quick = await openQuick();
  const slow = await open();
  let version = 0;
  const publish = async () => {
    version += 1;
    await graph.log.publish(blobMessage('big', version));
    expect((await quick.next())?.data).toContain(cursorAt(version));
  };
  await publish();
  await expect.poll(() => slow.text().includes('"version":1')).toBe(true);
  slow.pause();
  while (version < CHANGES) await publish();
  slow.resume();
  await expect
    .poll(() => slow.text().slice(-2_000).includes('SLOW_CONSUMER'), { timeout: 60_000 })
    .toBe(true);
  const text = slow.text();
  const given = versionsIn(text);
  expect(given).toEqual(upTo(given.length));
  expect(given.length).toBeLessThan(CHANGES);
  // Over `graphql-ws` it is the cursor of the last change that has come.
  if (name !== 'GraphQL over WebSocket') expect(cursorIn(text)).toBe(cursorAt(given.length));
  await publish();
});

/** Steps of a run that fill what a connection holds many times over, and would drive anything out of the history. */
const STEPS = 60;

test.each(transports)('progress, by %s: the newest of each run, and no end for it', async (_, open) => {
  const quick = await openQuick();
  const slow = await open();
  let version = 0;
  const publish = async (kind: EventKind, run: Parameters<typeof runBody>[0] = {}) => {
    version += 1;
    await graph.log.publish(blobMessage('big', version, { kind, body: { run: runBody(run) } }));
    // Who reads is told of each.
    expect((await quick.next())?.data).toContain(cursorAt(version));
    return version;
  };
  const progress = async () => {
    for (let step = 1; step <= STEPS; step += 1) await publish('processing', { progress: step / STEPS });
  };
  await publish('created');
  await expect.poll(() => slow.text().includes('"version":1')).toBe(true);
  slow.pause();
  const begun = await publish('processing');
  await progress();
  const failed = await publish('failed', { state: 'FAILED' });
  const again = await publish('processing', { attempt: 2 });
  await progress();
  const completed = await publish('completed', { attempt: 2, state: 'COMPLETED' });
  slow.resume();
  await expect.poll(() => versionsIn(slow.text()).at(-1), { timeout: 60_000 }).toBe(completed);
  const given = versionsIn(slow.text());
  expect(slow.text()).not.toContain('SLOW_CONSUMER');
  const kept = [1, begun, failed - 1, failed, again, completed - 1, completed];
  expect(given).toEqual(expect.arrayContaining(kept));
  expect(given).toEqual(given.toSorted((one, other) => one - other));
  expect(given.length).toBeLessThan(completed / 2);
});
