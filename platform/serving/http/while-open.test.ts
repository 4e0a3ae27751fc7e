import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { expect, it } from 'vitest';
import { onceClosed, whileOpen } from './while-open.ts';

const replyOf = (destroyed: boolean) =>
  ({ raw: Object.assign(new EventEmitter(), { destroyed }) }) as unknown as FastifyReply & {
    raw: EventEmitter;
  };

it('acts when the client goes', () => {
  const reply = replyOf(false);
  let closed = 0;
  onceClosed(reply, () => {
    closed += 1;
  });
  const signal = whileOpen(reply);
  expect([closed, signal.aborted]).toEqual([0, false]);
  reply.raw.emit('close');
  expect([closed, signal.aborted]).toEqual([1, true]);
});

it('acts at once for a client that went before anybody listened', () => {
  const reply = replyOf(true);
  let closed = 0;
  onceClosed(reply, () => {
    closed += 1;
  });
  expect([closed, whileOpen(reply).aborted]).toEqual([1, true]);
});
