import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { createLogger } from '../../telemetry/logger.ts';
import { OpenConnections } from '../connections/open-connections.ts';
import { Connection } from './connection.ts';
import { Pace } from './pace.ts';

const MEBIBYTE = 1024 * 1024;

describe('a pace', () => {
  it('lets a user send 8 MiB at once, and 8 MiB a second', () => {
    const pace = new Pace(10);
    expect(pace.add('alice', 8 * MEBIBYTE, 0)).toBe(0);
    expect(pace.add('alice', 2 * MEBIBYTE, 0)).toBe(250);
    expect(pace.add('alice', 2 * MEBIBYTE, 500)).toBe(0);
    expect(pace.add('alice', 16 * MEBIBYTE, 60_000)).toBe(1_000);
  });

  it('counts each user for themselves, and keeps so many', () => {
    const pace = new Pace(2);
    expect(pace.add('alice', 16 * MEBIBYTE, 0)).toBe(1_000);
    expect(pace.add('bob', MEBIBYTE, 0)).toBe(0);
    pace.add('carol', MEBIBYTE, 0);
    expect(pace.add('alice', MEBIBYTE, 0)).toBe(0);
  });
});

describe('connections of one user', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const pace = new Pace(10);
  const among = {
    connections: new OpenConnections({ logger: createLogger('silent') }),
    pace,
    pinged: { add() {}, delete() {} },
  };

  function open(user: string) {
    const stream = new PassThrough();
    const socket = Object.assign(new EventEmitter(), { pause: vi.fn(), resume: vi.fn() });
    const connection = new Connection(socket as unknown as WebSocket, stream, { address: '::1', among });
    connection.letIn(user);
    return { socket, send: (mebibytes: number) => stream.emit('data', Buffer.alloc(mebibytes * MEBIBYTE)) };
  }

  it('are not read faster than their pace, and others are', () => {
    const [one, other, another] = [open('alice'), open('alice'), open('bob')];
    one.send(8);
    expect(one.socket.pause).not.toHaveBeenCalled();
    other.send(4);
    other.send(4);
    another.send(1);
    expect(other.socket.pause).toHaveBeenCalledTimes(1);
    expect(another.socket.pause).not.toHaveBeenCalled();
    vi.advanceTimersByTime(400);
    expect(other.socket.resume).not.toHaveBeenCalled();
    vi.advanceTimersByTime(700);
    expect(other.socket.resume).toHaveBeenCalledTimes(1);
  });

  it('leave no timer behind', () => {
    const { socket, send } = open('carol');
    send(20);
    expect(vi.getTimerCount()).toBe(1);
    socket.emit('close');
    expect(vi.getTimerCount()).toBe(0);
  });
});
