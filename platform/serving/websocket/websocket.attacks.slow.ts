import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { BODY_LIMIT_BYTES } from '../http/http.ts';
import { closeAfterEach, connect, connectAs, connectRaw, framed, serve } from './websocket.fixture.ts';

closeAfterEach();

const MEBIBYTE = 1024 * 1024;
const PING = framed(JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(BODY_LIMIT_BYTES - 100) } }));
const init = (name: string) => framed(JSON.stringify({ type: 'connection_init', payload: { name } }));

/** Writes the same over and over, until the connection is gone or `enough` were taken. Resolves to how many were. */
async function flood(socket: Socket, bytes: Buffer, enough: number): Promise<number> {
  socket.setMaxListeners(0);
  for (let sent = 0; sent < enough; sent += 1) {
    if (socket.destroyed) return sent;
    if (socket.write(bytes)) continue;
    await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
  }
  return enough;
}

test('a client that never reads and sends pings of 8 MiB has nothing kept for it', async () => {
  const { url, sockets } = await serve();
  const attacker = await connectRaw(url);
  attacker.write(init('mallory'));
  await expect.poll(() => sockets().unauthenticated).toBe(0);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, sockets().heldBytes);
  }, 1);
  expect(await flood(attacker, PING, 30)).toBe(30);
  clearInterval(watch);
  // One message on its way in, and no answer that holds what it held.
  expect(most).toBeLessThan(PING.length + MEBIBYTE);
  await expect.poll(() => sockets().heldBytes).toBeLessThan(MEBIBYTE);
});

test('a ping is answered without what came with it', async () => {
  const { url } = await serve();
  const { send, received } = await connectAs(`${url}/graphql`, 'alice');
  send({ type: 'ping', payload: { secret: 'x' } });
  await vi.waitFor(() => expect(received).toEqual([{ type: 'pong' }]));
});

test('before it is let in, a client may send a few KiB in all, in whichever messages', async () => {
  const { url, sockets } = await serve();
  const large = await connectRaw(url);
  await flood(large, PING, 20);
  const small = await connect(`${url}/graphql`);
  const ping = { type: 'ping', payload: { x: 'x'.repeat(1_000) } };
  for (let sent = 0; sent < 20; sent += 1) small.send(ping);
  expect(await small.closing).toEqual([1009, 'Too much was sent before it was let in']);
  await expect.poll(() => sockets().open).toBe(0);
  expect(sockets().heldBytes).toBe(0);
});

test('a token of several KiB lets a client in', async () => {
  const { url } = await serve();
  const { send, received } = await connect(`${url}/graphql`);
  send({ type: 'connection_init', payload: { name: 'alice', authorization: `Bearer ${'x'.repeat(8_000)}` } });
  await vi.waitFor(() => expect(received).toEqual([{ type: 'connection_ack' }]));
});

test('answers that are not read end the connection, with the reason', async () => {
  const data = 'x'.repeat(4 * MEBIBYTE);
  const { url, sockets } = await serve({ execute: async () => ({ data: { name: data } }) });
  const { send, socket, closing } = await connectAs(`${url}/graphql`, 'alice');
  socket.pause();
  for (let id = 0; id < 40; id += 1)
    send({ type: 'subscribe', id: String(id), payload: { query: '{ name }' } });
  await expect.poll(() => sockets().heldBytes).toBeGreaterThan(20 * MEBIBYTE);
  await expect.poll(() => sockets().open).toBe(0);
  expect(sockets().heldBytes).toBe(0);
  socket.resume();
  expect((await closing)[0]).toBeOneOf([1006, 1013]);
});

test('small answers that are not read end it as well', async () => {
  const { url, sockets } = await serve();
  const attacker = await connectRaw(url);
  attacker.write(init('mallory'));
  await expect.poll(() => sockets().unauthenticated).toBe(0);
  const refused = (id: number) =>
    framed(JSON.stringify({ type: 'subscribe', id: `${id}`.padStart(100), payload: { query: '{' } }));
  const batch = Buffer.concat(Array.from({ length: 1_000 }, (_, id) => refused(id)));
  await flood(attacker, batch, Number.POSITIVE_INFINITY);
  await expect.poll(() => sockets().open).toBe(0);
});

test('frames of pings, which the protocol answers by itself, end a connection that does not read', async () => {
  const { url, sockets } = await serve();
  const attacker = await connectRaw(url);
  const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125)]);
  attacker.write(init('mallory'));
  await expect.poll(() => sockets().unauthenticated).toBe(0);
  const batch = Buffer.concat(Array.from({ length: 2_000 }, () => ping));
  expect(await flood(attacker, batch, 1_000)).toBeLessThan(1_000);
  await expect.poll(() => sockets().open).toBe(0);
});

test('a message in very many pieces ends the connection', async () => {
  const { url } = await serve();
  const { socket, closed } = await connectAs(`${url}/graphql`, 'mallory');
  for (let piece = 0; piece < 5_000; piece += 1) socket.send('x', { fin: false });
  expect(await closed).toBeOneOf([1006, 1008]);
});

test('who holds most is cut when all together hold too much, and the others stay', async () => {
  const { url, sockets } = await serve({ limits: { heldBytes: 16 * MEBIBYTE } });
  const honest = await connectAs(`${url}/graphql`, 'alice');
  const attackers = await Promise.all(Array.from({ length: 4 }, () => connectRaw(url)));
  for (const attacker of attackers) {
    attacker.write(init('mallory'));
    // All but the last byte of a message.
    attacker.write(PING.subarray(0, PING.length - 1));
  }
  await expect.poll(() => sockets().open).toBeLessThanOrEqual(3);
  expect(sockets().heldBytes).toBeLessThanOrEqual(16 * MEBIBYTE);
  honest.send({ type: 'subscribe', id: '1', payload: { query: '{ name }' } });
  await vi.waitFor(() => expect(honest.received).toHaveLength(2));
});

test('connections are bounded: in all, of an address, of a user', async () => {
  const { url, sockets } = await serve({ limits: { sockets: 3, perAddress: 3, perUser: 2 } });
  const first = await connectAs(`${url}/graphql`, 'alice');
  await connectAs(`${url}/graphql`, 'alice');
  const third = await connect(`${url}/graphql`);
  third.send({ type: 'connection_init', payload: { name: 'alice' } });
  expect(await third.closing).toEqual([1013, 'This user has too many connections open: close one.']);
  await connectAs(`${url}/graphql`, 'bob');
  const [refused] = await once(new WebSocket(`${url}/graphql`, 'graphql-transport-ws'), 'error');
  expect(String(refused)).toContain('429');
  expect(sockets()).toMatchObject({ open: 3, refused: 1 });
  first.socket.close();
  await first.closed;
  await connectAs(`${url}/graphql`, 'carol');
});

test('behind a trusted proxy the client’s own address counts', async () => {
  const { url } = await serve({ limits: { perAddress: 1 }, trustedProxies: ['127.0.0.0/8'] });
  const as = (address: string) => ({ headers: { 'x-forwarded-for': `spoofed, ${address}` } });
  await connectAs(`${url}/graphql`, 'alice', as('203.0.113.1'));
  await connectAs(`${url}/graphql`, 'bob', as('203.0.113.2'));
  const again = new WebSocket(`${url}/graphql`, 'graphql-transport-ws', as('203.0.113.1'));
  expect(String((await once(again, 'error'))[0])).toContain('429');
});

test('a client that says nothing, and one that does not say goodbye, are gone soon', async () => {
  const { url, sockets } = await serve({ loginMs: 20 });
  const silent = await connect(`${url}/graphql`);
  expect(await silent.closing).toEqual([4408, 'Connection initialisation timeout']);
  // It does not answer the close.
  await connectRaw(url);
  await expect.poll(() => sockets().open).toBe(0);
});

test('an operation’s id, which comes back with each result, is bounded', async () => {
  const { url } = await serve();
  const long = await connectAs(`${url}/graphql`, 'mallory');
  const id = 'x'.repeat(1_000_000);
  long.send({ type: 'subscribe', id, payload: { query: 'subscription { never }' } });
  await vi.waitFor(() =>
    expect(long.received).toMatchObject([
      { id, type: 'error', payload: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ]),
  );
  const twice = await connectAs(`${url}/graphql`, 'mallory');
  // The library names the id in the reason, which has 123 bytes at most.
  for (let time = 0; time < 2; time += 1)
    twice.send({ type: 'subscribe', id: 'é'.repeat(128), payload: { query: 'subscription { never }' } });
  expect((await twice.closing)[0]).toBe(4409);
});

test('a subscription, which is kept while it lasts, is bounded with its variables; a query is not', async () => {
  const { url } = await serve();
  const { send, received } = await connectAs(`${url}/graphql`, 'mallory');
  const variables = { data: 'x'.repeat(200_000) };
  const subscription = 'subscription ($data: JSON) { never(data: $data) }';
  send({ type: 'subscribe', id: '1', payload: { query: subscription, variables } });
  const query = 'query ($data: JSON) { echo(data: $data) }';
  send({ type: 'subscribe', id: '2', payload: { query, variables } });
  await vi.waitFor(() => expect(received).toHaveLength(3));
  expect(received).toContainEqual({
    id: '1',
    type: 'error',
    payload: [
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'QUERY_TOO_COMPLEX' }) }),
    ],
  });
  expect(received).toContainEqual({ id: '2', type: 'complete' });
});
