import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HeldBytes } from '../connections/held-bytes.ts';
import { EventStream, eventText, HEARTBEAT_MS, UNREAD_MS } from './event-stream.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stream to a client that takes what is written piece by piece, as it is told to. */
function openStream() {
  const pieces: { readonly bytes: Buffer; readonly taken: () => void }[] = [];
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    writeHead() {},
    flushHeaders() {},
    write: (bytes: Buffer, taken: () => void) => pieces.push({ bytes, taken }),
    destroy() {
      response.destroyed = true;
      response.emit('close');
    },
  });
  const held = new HeldBytes(Number.POSITIVE_INFINITY);
  const stream = new EventStream(response as unknown as ServerResponse, { address: 'here', held });
  stream.begin({});
  return { stream, response, pieces, held };
}

const EVENT = eventText({ event: 'next', data: 'é'.repeat(250_000), id: 'a' });

test('a client that takes an event slowly is waited for, and nothing is sent within the event', async () => {
  const { stream, response, pieces, held } = openStream();
  let isTaken = false;
  void stream.send(EVENT).then(() => {
    isTaken = true;
  });
  for (let at = 0; !isTaken; at += 1) {
    expect(held.total).toBe(Buffer.byteLength(EVENT));
    vi.advanceTimersByTime(UNREAD_MS - HEARTBEAT_MS);
    pieces[at]?.taken();
    await turn();
  }
  expect(pieces.length).toBeGreaterThan(5);
  expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()).toBe(EVENT);
  expect([response.destroyed, held.total]).toEqual([false, 0]);
  vi.advanceTimersByTime(HEARTBEAT_MS);
  expect(String(pieces.at(-1)?.bytes)).toBe(':\n\n');
});

test('one that takes nothing more of it is cut', async () => {
  const { stream, response, pieces, held } = openStream();
  const sent = stream.send(EVENT);
  pieces[0]?.taken();
  await turn();
  vi.advanceTimersByTime(UNREAD_MS - HEARTBEAT_MS);
  expect(response.destroyed).toBe(false);
  vi.advanceTimersByTime(2 * HEARTBEAT_MS);
  expect(response.destroyed).toBe(true);
  await sent;
  expect(held.total).toBe(0);
});

test('an event that comes while a comment waits to be taken is not torn by another', async () => {
  const { stream, pieces } = openStream();
  vi.advanceTimersByTime(HEARTBEAT_MS);
  void stream.send(EVENT);
  pieces[0]?.taken();
  await turn();
  vi.advanceTimersByTime(2 * HEARTBEAT_MS);
  expect(pieces.map(({ bytes }) => bytes.length)).toEqual([3, 64 * 1024]);
});
