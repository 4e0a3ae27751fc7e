import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ChangeFeed } from '../../platform/changes/feed.ts';
import { connect } from '../../platform/serving/websocket/websocket.fixture.ts';
import { BEGINNING, blobMessage } from '../../platform/testing/events.ts';
import { openEvents } from '../testing/events.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

/** Faults that users of other gateways and libraries have reported of theirs. */

const QUERY = 'subscription ($after: String) { blobChanged(after: $after) { cursor blobId version } }';
const variables = { after: BEGINNING };

let graph: TestGraph;
let authorization: string;
const closing: (() => void)[] = [];

/** Subscriptions of the feed that were opened, and those that have ended. */
const feed = { opened: 0, ended: 0 };

type Source = ReturnType<ChangeFeed['subscribe']>;

/** Counts it as ended once it is. */
function counted(source: Source): Source {
  let isOver = false;
  const over = () => {
    if (!isOver) feed.ended += 1;
    isOver = true;
  };
  const next = source.next.bind(source);
  const back = source.return?.bind(source);
  return Object.assign(source, {
    async next() {
      const result = await next().catch((error: unknown) => {
        over();
        throw error;
      });
      if (result.done) over();
      return result;
    },
    async return() {
      const result = await back?.();
      over();
      return result;
    },
  } as Pick<Source, 'next' | 'return'>);
}

/** Counts what is opened at the feed, and what has ended there. */
async function watchFeed(): Promise<void> {
  Object.assign(feed, { opened: 0, ended: 0 });
  const changes = await graph.gateway.runtime.changeFeed();
  const subscribe = changes.subscribe.bind(changes);
  vi.spyOn(changes, 'subscribe').mockImplementation((asked): ReturnType<ChangeFeed['subscribe']> => {
    feed.opened += 1;
    return counted(subscribe(asked));
  });
}

beforeEach(async () => {
  graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'One' }] });
  authorization = `Bearer ${await graph.token()}`;
  await watchFeed();
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  vi.restoreAllMocks();
  await graph.stop();
});

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly data?: { readonly blobChanged: { readonly version: number } } };
}

async function openSocket() {
  const url = `${graph.gateway.url.replace('http', 'ws')}/graphql`;
  const { socket, received, send: sendOne } = await connect<Message>(url);
  closing.push(() => socket.terminate());
  const send = (...messages: readonly object[]) => {
    for (const message of messages) sendOne(message);
  };
  send({ type: 'connection_init', payload: { authorization } });
  await expect.poll(() => received.shift()?.type).toBe('connection_ack');
  return { socket, send, received };
}

const subscribeAs = (id: string) => ({ type: 'subscribe', id, payload: { query: QUERY, variables } });
const completeOf = (id: string) => ({ type: 'complete', id });

const asEvents = (path: string, body?: object) =>
  openEvents(`${graph.gateway.url}${path}`, {
    headers: { authorization, 'accept-encoding': 'gzip, br', 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });

const streams = [
  ['GraphQL', () => asEvents('/graphql', { query: QUERY, variables })],
  ['REST', () => asEvents(`/api/v1/events?after=${BEGINNING}`)],
] as const;

const allOver = async (atLeast: number) => {
  await expect.poll(() => feed.opened).toBeGreaterThanOrEqual(atLeast);
  await expect.poll(() => feed.opened - feed.ended).toBe(0);
};

describe('a subscription that is never told anything holds nothing once its client is gone', () => {
  test('by `complete`, by closing, and without a word, over WebSocket', async () => {
    const { send } = await openSocket();
    send(subscribeAs('1'));
    await expect.poll(() => feed.opened).toBe(1);
    send(completeOf('1'));
    await allOver(1);
    for (const leave of ['close', 'terminate'] as const) {
      const { socket, send: ask } = await openSocket();
      const before = feed.opened;
      ask(subscribeAs('1'));
      await expect.poll(() => feed.opened).toBe(before + 1);
      socket[leave]();
      await allOver(before + 1);
    }
  });

  test('nor does one that is left in the moment that it is asked for', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { socket, send } = await openSocket();
      send(subscribeAs('1'), completeOf('1'), subscribeAs('2'));
      socket.close();
      await once(socket, 'close');
    }
    await allOver(1);
    await expect
      .poll(async () => (await fetch(`${graph.gateway.url}/metrics`)).text())
      .toMatch(/^blobgraph_sockets_open(\{[^}]*\})? 0$/m);
  });

  test.each(streams)('over an event stream of %s', async (_, open) => {
    for (let round = 1; round <= 3; round += 1) {
      const answer = await open();
      expect(answer.status).toBe(200);
      answer.close();
      await allOver(round);
    }
  });
});

test('the id of a subscription that was completed may be used at once, and is told as the new one', async () => {
  const { socket, send, received } = await openSocket();
  await graph.log.publish(blobMessage('b0', 1));
  for (let round = 0; round < 50; round += 1) send(subscribeAs('1'), completeOf('1'));
  send(subscribeAs('1'));
  // Those that were completed may have been told their first change before.
  await expect.poll(() => feed.opened - feed.ended).toBe(1);
  await expect.poll(() => received.length).toBeGreaterThan(0);
  received.length = 0;
  await graph.log.publish(blobMessage('b0', 2));
  await graph.log.publish(blobMessage('b0', 3));
  const versions = () => received.map(({ payload }) => payload?.data?.blobChanged.version);
  await expect.poll(versions).toEqual([2, 3]);
  expect(socket.readyState).toBe(socket.OPEN);
});

describe('a client that accepts compressed answers', () => {
  test.each(streams)('is told each event of %s as it comes', async (_, open) => {
    const answer = await open();
    closing.push(answer.close);
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(answer.headers.get('cache-control')).toContain('no-transform');
    for (const version of [1, 2, 3]) {
      await graph.log.publish(blobMessage('b0', version));
      expect((await answer.next())?.data).toContain(`"version":${version}`);
    }
  });
});
