import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { delivered } from './delivered.ts';

const connection = {} as NatsConnection;
const received = (reply: string) => ({ subject: 'blob.created.a', reply }) as Msg;

it.each([
  '$JS.ACK.STREAM.worker.3.41.57.1795376353418205953.1',
  '$JS.ACK._.ACCOUNT.STREAM.worker.3.41.57.1795376353418205953.1',
  '$JS.ACK.hub.ACCOUNT.STREAM.worker.3.41.57.1795376353418205953.1.token',
])('reads the delivery from %s', (reply) => {
  const { attempt, sequence, publishedAt } = delivered(connection, received(reply));
  expect({ attempt, sequence }).toEqual({ attempt: 3, sequence: 41 });
  expect(publishedAt.toISOString()).toBe('2026-11-22T19:39:13.418Z');
});

it.each(['', '_INBOX.a.b', '$JS.ACK.STREAM.worker'])('refuses %j', (reply) => {
  expect(() => delivered(connection, received(reply))).toThrow('blob.created.a came from no consumer');
});
