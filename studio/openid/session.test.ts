import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ENDED, SignInFailed } from './failures.ts';
import type { Tokens } from './provider.ts';
import { openIdSession } from './session.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 4, 1, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const tokens = (name: string, minutes: number, refresh: string | undefined = `refresh ${name}`): Tokens => ({
  access: name,
  refresh,
  id: undefined,
  endsAt: Date.now() + minutes * MINUTE,
});

/** A session of five minutes, and what happened to it. */
function sessionOf(renew: (tokens: Tokens) => Promise<Tokens>, first = tokens('first', 5)) {
  const [ended, troubles, renewed]: [unknown[], (string | undefined)[], string[]] = [[], [], []];
  const session = openIdSession({
    provider: { renew },
    tokens: first,
    onEnd: (reason) => ended.push(reason),
    onTrouble: (reason) => troubles.push(reason),
    signOut: () => {},
  });
  session.onRenewed?.((token) => renewed.push(token));
  return { session, ended, troubles, renewed };
}

const away = () => new SignInFailed('away', { isPassing: true });

test('a token is renewed a minute before it ends, and whoever listens hears of it', async () => {
  let times = 0;
  const { session, renewed } = sessionOf(async () => tokens(`next ${++times}`, 5));
  await vi.advanceTimersByTimeAsync(4 * MINUTE - 1);
  expect(renewed).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(renewed).toEqual(['next 1']);
  expect(await session.token()).toBe('next 1');
  await vi.advanceTimersByTimeAsync(4 * MINUTE);
  expect(renewed).toEqual(['next 1', 'next 2']);
  session.close();
});

test('after a sleep one request renews it, for all who ask', async () => {
  const renew = vi.fn(async () => tokens('next', 5));
  const { session } = sessionOf(renew);
  // The clock goes on while timers do not.
  vi.setSystemTime(START + 60 * MINUTE);
  session.wake();
  expect(await Promise.all([session.token(), session.token()])).toEqual(['next', 'next']);
  expect(renew).toHaveBeenCalledTimes(1);
  session.close();
});

test('waking up early renews nothing', () => {
  const renew = vi.fn(async () => tokens('next', 5));
  const { session } = sessionOf(renew);
  session.wake();
  expect(renew).not.toHaveBeenCalled();
  session.close();
});

test('while the provider is away the token is used to its end; then it is told, and tried until it is back', async () => {
  let isAway = true;
  const { session, ended, troubles } = sessionOf(async () => {
    if (isAway) throw away();
    return tokens('next', 5);
  });
  await vi.advanceTimersByTimeAsync(4 * MINUTE + 30_000);
  expect(troubles).toEqual([]);
  expect(await session.token()).toBe('first');
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(troubles.at(-1)).toBe('away');
  const waiting = session.token();
  isAway = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await waiting).toBe('next');
  expect([ended, troubles.at(-1)]).toEqual([[], undefined]);
  session.close();
});

test('a refresh token that is refused ends the session, once', async () => {
  const { session, ended } = sessionOf(async () => {
    throw new SignInFailed('refused');
  });
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(ended).toEqual([ENDED]);
  await expect(session.token()).rejects.toThrow(ENDED);
  expect(ended).toEqual([ENDED]);
});

test('without a refresh token the session ends with its token', async () => {
  const renew = vi.fn(async () => tokens('next', 5));
  const first = { ...tokens('first', 5), refresh: undefined };
  const { session, ended } = sessionOf(renew, first);
  await vi.advanceTimersByTimeAsync(5 * MINUTE - 10_001);
  expect([ended, await session.token()]).toEqual([[], 'first']);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual([ENDED]);
  expect(renew).not.toHaveBeenCalled();
});

test('a session that is closed asks for nothing any more', async () => {
  const renew = vi.fn(async () => tokens('next', 5));
  const { session } = sessionOf(renew);
  session.close();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(renew).not.toHaveBeenCalled();
  await expect(session.token()).rejects.toThrow(ENDED);
});
