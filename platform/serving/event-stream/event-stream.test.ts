import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { polledOf } from '../../concurrency/polled.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { OpenConnections, type OpenConnectionsOptions } from '../connections/open-connections.ts';
import { endless } from '../connections/session.fixture.ts';
import { createHttpServer } from '../http/http.ts';
import { eventText } from './event-stream.ts';
import { EventStreams, type EventStreamsOptions } from './streams.ts';

const MEBIBYTE = 1024 * 1024;
const logger = createLogger('silent');
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A source that gives what it is fed, and records that it was returned. */
function feed() {
  const waiting: ((result: IteratorResult<string, void>) => void)[] = [];
  const given: string[] = [];
  const state = { returned: false, asked: 0 };
  const source = {
    async next(): Promise<IteratorResult<string, void>> {
      state.asked += 1;
      const value = given.shift();
      if (value !== undefined) return { value };
      if (state.returned) return { done: true, value: undefined };
      return new Promise((resolve) => waiting.push(resolve));
    },
    async return(): Promise<IteratorResult<string, void>> {
      state.returned = true;
      for (const resolve of waiting.splice(0)) resolve({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
  };
  const give = (text: string) => {
    const resolve = waiting.shift();
    if (resolve) resolve({ value: text });
    else given.push(text);
  };
  return { source, give, state };
}

function open(options: Partial<EventStreamsOptions> = {}, limits: OpenConnectionsOptions['limits'] = {}) {
  const app = createHttpServer({ logger });
  cleanUp.push(() => app.close());
  const connections = new OpenConnections({ limits, logger });
  return {
    app,
    connections,
    streams: new EventStreams(app, { connections, ...options }),
  };
}

async function serve(...options: Parameters<typeof open>) {
  const { app, connections, streams } = open(...options);
  const feeds: ReturnType<typeof feed>[] = [];
  app.get('/events', async (request, reply) => {
    const each = feed();
    feeds.push(each);
    await streams.answer<string>(request, reply, {
      session: endless(String(request.headers['x-user'] ?? 'alice')),
      open: () => polledOf(each.source),
      receiver: (stream) => ({
        item: (data) => stream.send(eventText({ event: 'item', data })),
        end: () => stream.end(),
      }),
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, connections, feeds };
}

type Served = Awaited<ReturnType<typeof serve>>;

/** A client that reads what comes only as long as it is not paused. */
async function connectRaw(
  { app }: Served,
  user = 'alice',
): Promise<{ socket: Socket; received: () => string }> {
  const { port } = app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  cleanUp.push(() => socket.destroy());
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nx-user: ${user}\r\n\r\n`);
  await expect.poll(() => text).toContain('text/event-stream');
  return { socket, received: () => text };
}

test('a quiet stream is kept open by comments, and takes no part in the load', async () => {
  const served = await serve({ heartbeatMs: 5 });
  const { received } = await connectRaw(served);
  await expect.poll(() => received().split('\n:').length).toBeGreaterThan(3);
  expect(served.app.load.inWork).toBe(0);
  served.feeds[0]?.give('one');
  await expect.poll(() => received()).toContain('event: item\ndata: one\n\n');
});

test('a source is asked for the next only when the one before is taken; what waits is counted', async () => {
  const served = await serve();
  const slow = await connectRaw(served, 'slow');
  const quick = await connectRaw(served, 'quick');
  slow.socket.pause();
  const [first, other] = served.feeds;
  for (let item = 0; item < 40; item += 1) first?.give('x'.repeat(MEBIBYTE));
  await expect.poll(() => served.connections.usage.heldBytes).toBeGreaterThan(MEBIBYTE);
  expect(served.connections.usage.heldBytes).toBeLessThan(2 * MEBIBYTE);
  expect(first?.state.asked).toBeLessThan(40);
  other?.give('on time');
  await expect.poll(() => quick.received()).toContain('on time');
  slow.socket.resume();
  await expect.poll(() => first?.state.asked).toBe(41);
  await expect.poll(() => served.connections.usage.heldBytes).toBe(0);
});

test('a client that takes nothing for too long is cut off, and its source returned', async () => {
  const served = await serve({ heartbeatMs: 20, unreadMs: 100 });
  const { socket } = await connectRaw(served);
  socket.pause();
  for (let item = 0; item < 40; item += 1) served.feeds[0]?.give('x'.repeat(MEBIBYTE));
  await expect.poll(() => served.connections.usage).toMatchObject({ open: 0, heldBytes: 0 });
  await expect.poll(() => served.feeds[0]?.state.returned).toBe(true);
});

test('who holds most is cut when all together hold too much', async () => {
  const served = await serve({}, { heldBytes: MEBIBYTE });
  const honest = await connectRaw(served, 'honest');
  const greedy = await connectRaw(served, 'greedy');
  greedy.socket.pause();
  served.feeds[1]?.give('x'.repeat(2 * MEBIBYTE));
  await expect.poll(() => served.connections.usage).toMatchObject({ open: 1, heldBytes: 0 });
  served.feeds[0]?.give('still here');
  await expect.poll(() => honest.received()).toContain('still here');
});

test('a client that goes away returns the source and frees its place', async () => {
  const served = await serve();
  const { socket } = await connectRaw(served);
  expect(served.connections.usage.open).toBe(1);
  socket.destroy();
  await expect.poll(() => served.feeds[0]?.state.returned).toBe(true);
  await expect.poll(() => served.connections.usage.open).toBe(0);
});

test.each(['before', 'while'])(
  'what the service answers %s a source is asked begins no stream',
  async (when) => {
    const { app, connections, streams } = open();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    cleanUp.push(() => process.off('unhandledRejection', unhandled));
    const source = {
      next: vi.fn(() => Promise.reject(new Error('The log is away'))),
      return: async () => ({ done: true as const, value: undefined }),
    };
    app.get('/stopped', async (request, reply) => {
      const answer = () => reply.hijack().raw.writeHead(503).end();
      if (when === 'before') answer();
      await streams.answer<string>(request, reply, {
        session: endless('alice'),
        open() {
          if (when === 'while') answer();
          return polledOf<string>(source);
        },
        receiver: () => ({ item: async () => {}, end() {} }),
      });
    });
    expect((await app.inject('/stopped')).statusCode).toBe(503);
    await turn();
    expect(unhandled).not.toHaveBeenCalled();
    expect(source.next).toHaveBeenCalledTimes(when === 'before' ? 0 : 1);
    expect(connections.usage.open).toBe(0);
  },
);

test('streams end with the service, also those that are not read', async () => {
  const served = await serve();
  const reading = await connectRaw(served, 'reading');
  const paused = await connectRaw(served, 'paused');
  paused.socket.pause();
  for (let item = 0; item < 40; item += 1) served.feeds[1]?.give('x'.repeat(MEBIBYTE));
  await expect.poll(() => served.connections.usage.heldBytes).toBeGreaterThan(0);
  await served.app.close();
  // The last chunk of the body.
  await expect.poll(() => reading.received()).toMatch(/0\r\n\r\n$/);
  await expect.poll(() => served.connections.usage.open).toBe(0);
});
