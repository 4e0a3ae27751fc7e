import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readSettings } from '../../platform/config/config.ts';
import { toUserMessage, type UserEventKind } from '../../platform/events/user-events.ts';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { connect } from '../../platform/serving/websocket/websocket.fixture.ts';
import { BEGINNING, blobMessage, cursorAt } from '../../platform/testing/events.ts';
import { memoryLog } from '../../platform/testing/memory-log.ts';
import { openEvents } from '../testing/events.ts';
import { startTestGraph, type TestGraph, type TestGraphOptions } from '../testing/test-graph.ts';

/** Who may follow changes, for as long as they may: over every transport, from connecting to the last event. */

interface Message {
  readonly type: string;
  readonly payload?: Record<string, unknown>;
  readonly problem?: Record<string, unknown>;
}

/** A client's messages; an event of a stream counts as one. */
interface Followed {
  readonly received: readonly Message[];
  /** The code of the close; 0 for a stream, also one that was refused. */
  readonly ended: Promise<number>;
  send(message: object): void;
}

type Transport = (graph: TestGraph, token: string, query?: string) => Promise<Followed>;

const CHANGES = 'subscription ($after: String) { blobChanged(after: $after) { cursor blobId } }';
const variables = { after: BEGINNING };
const closing: (() => unknown)[] = [];

async function start(options: TestGraphOptions = {}): Promise<TestGraph> {
  const graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'One' }], ...options });
  closing.push(() => graph.stop());
  return graph;
}
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function bySocket(
  path: string,
  protocol: string[],
  first: (token: string, query: string) => object[],
): Transport {
  return async ({ gateway }, token, query = CHANGES) => {
    const url = `${gateway.url.replace('http', 'ws')}${path}`;
    const { socket, received, closed: ended, send } = await connect<Message>(url, {}, protocol);
    closing.push(() => socket.terminate());
    for (const [index, message] of first(token, query).entries()) {
      // Each is sent once the one before is answered.
      if (index > 0) await Promise.race([once(socket, 'message'), ended]);
      if (socket.readyState === socket.OPEN) send(message);
    }
    return { received, ended, send };
  };
}

function byStream(path: string, init: (query: string) => RequestInit = () => ({})): Transport {
  return async ({ gateway }, token, query = CHANGES) => {
    const own = init(query);
    const headers = { ...(own.headers as object), authorization: `Bearer ${token}` };
    const answer = await openEvents(`${gateway.url}${path}`, { ...own, headers });
    closing.push(answer.close);
    const received: Message[] = [];
    const ended = (async () => {
      if (answer.status !== 200) received.push({ type: 'refused', problem: JSON.parse(await answer.text()) });
      for (let event = await answer.next(); event; event = await answer.next()) {
        const payload = event.data === '' ? {} : JSON.parse(event.data);
        received.push({ type: event.event ?? '', payload, problem: payload });
      }
      return 0;
      // Cut by the test’s end.
    })().catch(() => -1);
    return { received, ended, send() {} };
  };
}

const followed = new Map<string, Transport>([
  [
    'GraphQL over WebSocket',
    bySocket('/graphql', ['graphql-transport-ws'], (token, query) => [
      { type: 'connection_init', payload: { authorization: `Bearer ${token}` } },
      { type: 'subscribe', id: '1', payload: { query, variables } },
    ]),
  ],
  [
    'GraphQL as server-sent events',
    byStream('/graphql', (query) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })),
  ],
  ['REST as server-sent events', byStream(`/api/v1/events?after=${BEGINNING}`)],
  [
    'REST over WebSocket',
    bySocket(`/api/v1/ws?after=${BEGINNING}`, [], (token) => [{ authorization: `Bearer ${token}` }]),
  ],
]);
const transports = [...followed];
const sockets = transports.filter(([name]) => name.includes('WebSocket'));

const through = (name: string): Transport => followed.get(name) as Transport;

/** Of a graph with one change, which it has been told. */
async function told(
  graph: TestGraph,
  transport: Transport,
  token: string,
  query?: string,
): Promise<Followed> {
  await graph.log.publish(blobMessage('b0', 1));
  const each = await transport(graph, token, query);
  await expect.poll(() => JSON.stringify(each.received)).toContain('b0');
  return each;
}

/** A token of `alice` for that long, with these scopes. */
async function tokenFor(
  { gateway }: TestGraph,
  ms: number,
  scope?: string,
  userId = 'alice',
): Promise<string> {
  const key = await gateway.runtime.keys.userKey();
  // A development token lasts 30 days, and is accepted for half a minute more.
  const clock = { now: () => new Date(Date.now() + ms - (30 * 24 * 3_600 + 30) * 1_000) };
  return signDevelopmentToken({ key, viewer: { userId, roles: [] }, clock, ...(scope && { scope }) });
}

const text = ({ received }: Followed) => JSON.stringify(received);

describe.each(transports)('%s', (name, transport) => {
  test('ends at once on every gateway when its user is being erased, and begins again when that is done', async () => {
    const log = memoryLog();
    const graphs = [await start({ log }), await start({ log })];
    await log.publish(blobMessage('b0', 1));
    const open = (userId: string) =>
      Promise.all(graphs.map(async (graph) => transport(graph, await graph.token(userId))));
    const [own, others] = [await open('alice'), await open('bob')];
    for (const each of own) await expect.poll(() => text(each)).toContain('b0');
    const tell = (kind: UserEventKind) =>
      log.publish(toUserMessage({ kind, userId: 'alice', startedAt: new Date(0) }));
    await tell('erasing');
    for (const each of own) {
      expect(await each.ended).toBe(name.includes('WebSocket') ? 4403 : 0);
      expect(text(each).includes('USER_ERASING')).toBe(true);
    }
    for (const each of await open('alice')) {
      await each.ended;
      expect(text(each)).not.toContain('b0');
    }
    await tell('erased');
    const toldOf = (each: Followed) => expect.poll(() => text(each)).toContain('b0');
    await expect
      .poll(async () => {
        const again = await open('alice');
        // Refused as long as the gateway has not heard of it.
        await Promise.all(again.map((each) => Promise.race([each.ended, toldOf(each)])));
        return again.every((each) => text(each).includes('b0'));
      })
      .toBe(true);
    await log.publish(blobMessage('b1', 1, { userId: 'bob' }));
    for (const each of others) await expect.poll(() => text(each)).toContain('b1');
  });

  test('ends with its token, and says behind which cursor it goes on', async () => {
    const graph = await start();
    const each = await told(graph, transport, await tokenFor(graph, 4_000));
    expect(await each.ended).toBe(name.includes('WebSocket') ? 4403 : 0);
    const last = text({ ...each, received: each.received.slice(-1) });
    expect(last).toContain('UNAUTHENTICATED');
    expect(last).toContain(cursorAt(1));
    expect(text(each)).not.toContain('"complete"');
  });

  test('is never told as complete when what it reads has ended', async () => {
    const graph = await start();
    const each = await told(graph, transport, await graph.token());
    await (await graph.gateway.runtime.changeFeed()).close();
    expect(await each.ended).toBe(name.includes('WebSocket') ? 1012 : 0);
    expect(text(each)).not.toContain('"complete"');
  });

  test('goes on while a subgraph is away, and says what is not there', async () => {
    const graph = await start();
    const query = CHANGES.replace('blobId', 'blobId blob { title }');
    const each = await told(graph, transport, await graph.token(), query);
    await graph.stopSubgraph('state');
    await graph.log.publish(blobMessage('b0', 2));
    await expect.poll(() => text(each)).toContain('SUBGRAPH_UNAVAILABLE');
    await graph.log.publish(blobMessage('gone', 3, { kind: 'deleted' }));
    await expect.poll(() => text(each)).toContain('gone');
    expect(text(each)).not.toContain('"complete"');
  });
});

describe.each(sockets)('%s', (_, transport) => {
  test('goes on with the token of a ping, and is told until when', async () => {
    const graph = await start();
    const each = await told(graph, transport, await tokenFor(graph, 5_000));
    const next = await tokenFor(graph, 3_600_000);
    each.send({ type: 'ping', payload: { authorization: `Bearer ${next}` } });
    const until = expect.any(String);
    await expect.poll(() => each.received.at(-1)).toEqual({ type: 'pong', payload: { until } });
    const end = Date.parse(String(each.received.at(-1)?.payload?.['until']));
    expect(end - Date.now()).toBeGreaterThan(3_000_000);
    // One of before would have ended by now.
    const before = await told(graph, transport, await tokenFor(graph, 5_000));
    expect(await before.ended).toBe(4403);
    await graph.log.publish(blobMessage('later', 1));
    await expect.poll(() => text(each)).toContain('later');
  });

  test('is closed for another user’s token, and for one that is none', async () => {
    const graph = await start();
    for (const token of [await graph.token('bob'), 'x.y.z']) {
      const each = await told(graph, transport, await graph.token());
      each.send({ type: 'ping', payload: { authorization: `Bearer ${token}` } });
      expect(await each.ended).toBe(4403);
      expect(text(each)).toContain(cursorAt(1));
    }
  });
});

test('fewer scopes end the subscription that needs more, and no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'documents-'));
  closing.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'listed.json');
  await writeFile(file, JSON.stringify({ listed: '{ me { id } }' }));
  const given = { PERSISTED_DOCUMENTS: file, PERSISTED_DOCUMENTS_ONLY: 'except-operators' };
  const graph = await start({ config: { settings: (schema) => readSettings(schema, given) } });
  const operator = await tokenFor(graph, 3_600_000, 'blobgraph:operate');
  const each = await told(graph, through('GraphQL over WebSocket'), operator);
  const rest = await told(graph, through('REST over WebSocket'), operator);
  const payload = { authorization: `Bearer ${await tokenFor(graph, 3_600_000, 'blobgraph:read')}` };
  for (const { send } of [each, rest]) send({ type: 'ping', payload });
  await expect.poll(() => each.received.at(-1)).toMatchObject({ type: 'error', id: '1' });
  expect(text(each)).toContain('DOCUMENT_NOT_LISTED');
  await graph.log.publish(blobMessage('later', 1));
  await expect.poll(() => text(rest)).toContain('later');
  expect(text(each)).not.toContain('later');
});
