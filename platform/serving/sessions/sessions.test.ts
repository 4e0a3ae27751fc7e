import { afterEach, expect, test, vi } from 'vitest';
import { openChangeFeed } from '../../changes/feed.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { toUserMessage, type UserEventKind } from '../../events/user-events.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { memoryLog } from '../../testing/memory-log.ts';
import { viewer } from '../../testing/service.ts';
import { Sessions } from './sessions.ts';

const log = memoryLog();
const feed = openChangeFeed({ log, logger: createLogger('silent'), reconnectMs: 1 });
const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const step of cleanUp.splice(0)) step();
});

let now = new Date('2026-01-01T00:00:00Z');
const clock = { now: () => now };
const inMs = (ms: number) => new Date(now.getTime() + ms);

/** Tokens that are accepted until a time, by their name. */
function openSessions(options: { verify?: () => Promise<never>; lookEveryMs?: number } = {}) {
  const ends: Record<string, Date> = { short: inMs(1_000), long: inMs(3_600_000) };
  const verify = options.verify ?? (async () => viewer('alice'));
  const userTokens = { verify, acceptedUntil: (token: string) => ends[token] ?? now };
  const sessions = new Sessions({ userTokens, clock, ...options });
  const open = (userId = 'alice', token = 'long') => {
    const session = sessions.open(viewer(userId), `Bearer ${token}`);
    const ended = vi.fn<(reason: BlobgraphError) => void>();
    session.onEnded(ended);
    cleanUp.push(() => session.close());
    return { session, ended };
  };
  cleanUp.push(() => sessions.unwatch());
  return { sessions, open };
}

const code = (each: string) => expect.objectContaining({ code: each });

test('nothing is told once the token has ended, also where no timer has noticed', () => {
  const { session, ended } = openSessions().open('alice', 'short');
  session.assertOpen();
  now = inMs(1_000);
  expect(() => session.assertOpen()).toThrow(code('UNAUTHENTICATED'));
  expect(ended.mock.calls).toEqual([[code('UNAUTHENTICATED')]]);
});

test('another token of the same user is gone on with, and other roles are told', () => {
  const { session } = openSessions().open('alice', 'short');
  const changed = vi.fn();
  session.onOtherRoles(changed);
  session.goOn(viewer('alice'), 'Bearer long');
  expect(changed).not.toHaveBeenCalled();
  expect(session.until).toEqual(inMs(3_600_000));
  now = inMs(1_000);
  session.assertOpen();
  session.goOn(viewer('alice', 'read-only'), 'Bearer long');
  expect(changed).toHaveBeenCalledOnce();
  expect(session.viewer.roles).toEqual(['read-only']);
});

test('a token that comes once the connection is gone keeps nothing of it', () => {
  vi.useFakeTimers();
  cleanUp.push(() => vi.useRealTimers());
  const { session } = openSessions().open();
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  session.close();
  session.goOn(viewer('alice'), 'Bearer long');
  expect(vi.getTimerCount()).toBe(0);
});

test('another user’s token is refused, and one that comes after the end', () => {
  const { session } = openSessions().open();
  expect(() => session.goOn(viewer('bob'), 'Bearer long')).toThrow(code('FORBIDDEN'));
  session.end(new BlobgraphError('UNAUTHENTICATED', 'over'));
  expect(() => session.goOn(viewer('alice'), 'Bearer long')).toThrow(code('UNAUTHENTICATED'));
});

test.each(['UNAUTHENTICATED', 'FORBIDDEN'] as const)(
  'a token that is good no more ends its session within the time that keys are kept: %s',
  async (reason) => {
    const verify = async () => {
      throw new BlobgraphError(reason, 'no');
    };
    const { ended } = openSessions({ verify, lookEveryMs: 1 }).open();
    await vi.waitFor(() => expect(ended.mock.calls).toEqual([[code(reason)]]));
  },
);

test('an issuer that does not answer ends none', async () => {
  const verify = vi.fn(async () => {
    throw new BlobgraphError('SERVICE_UNAVAILABLE', 'no');
  });
  const { ended } = openSessions({ verify, lookEveryMs: 1 }).open();
  await vi.waitFor(() => expect(verify.mock.calls.length).toBeGreaterThan(2));
  expect(ended).not.toHaveBeenCalled();
});

test('an erasure ends the user’s sessions wherever they are, and none begins until it is done', async () => {
  const gateways = [openSessions(), openSessions()];
  for (const { sessions } of gateways) await sessions.watching(async () => feed);
  const [alice, bob] = [gateways.map(({ open }) => open()), gateways.map(({ open }) => open('bob'))];
  const tell = (kind: UserEventKind) => log.publish(toUserMessage({ kind, userId: 'alice', startedAt: now }));
  await tell('erasing');
  for (const { ended } of alice) await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
  expect(alice[0]?.ended).toHaveBeenCalledWith(code('USER_ERASING'));
  for (const { open } of gateways) expect(() => open()).toThrow(code('USER_ERASING'));
  for (const { ended } of bob) expect(ended).not.toHaveBeenCalled();
  await tell('erased');
  for (const { open } of gateways) await vi.waitFor(() => open());
});
