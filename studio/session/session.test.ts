import { afterEach, expect, it, vi } from 'vitest';
import { endOf, isGood, localSession, pastedSession } from './session.ts';

afterEach(() => void vi.unstubAllGlobals());

/** A JWT with these claims; nobody looks at its signature here. */
const jwt = (claims: object): string =>
  ['{"alg":"ES256"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

const inSeconds = (seconds: number): string => jwt({ exp: Math.floor(Date.now() / 1_000) + seconds });

it('a token tells its end in milliseconds', () => {
  expect(endOf(jwt({ exp: 1_700_000_000 }))).toBe(1_700_000_000_000);
  // Its base64url has characters that base64 has not.
  const sub = '\u{fb}\u{ff}>>>???';
  expect(jwt({ sub, exp: 1 })).toMatch(/[-_]/);
  expect(endOf(jwt({ sub, exp: 1 }))).toBe(1_000);
});

it.each(['', 'opaque', 'a.b.c', '..', 'a.bnVsbA.c', jwt({}), jwt({ exp: 'soon' })])(
  'a token that tells no end is good until it is refused: %j',
  (token) => {
    expect(endOf(token)).toBeUndefined();
    expect(isGood(token)).toBe(true);
  },
);

it('a token is used no more half a minute before its end', () => {
  const token = jwt({ exp: 1_000 });
  expect(isGood(token, 969_000)).toBe(true);
  expect(isGood(token, 970_000)).toBe(false);
  expect(isGood(token, 2_000_000)).toBe(false);
});

function handingOut(answer: () => Response) {
  const fetch = vi.fn(async () => answer());
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

it('a local session asks the gateway for another token when the old one ends, and not before', async () => {
  const [old, next] = [inSeconds(20), inSeconds(3_600)];
  const fetch = handingOut(() => Response.json({ token: next }));
  const session = localSession(old);
  expect(await session.token()).toBe(next);
  expect(await session.token()).toBe(next);
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(session.signOut).toBeUndefined();
});

it('a local session has no token while the gateway is away, and one as soon as it is back', async () => {
  const next = inSeconds(3_600);
  let isAway = true;
  handingOut(() =>
    isAway ? new Response('', { status: 503, statusText: 'Away' }) : Response.json({ token: next }),
  );
  const session = localSession(inSeconds(-1));
  await expect(session.token()).rejects.toThrow('The gateway answered 503 Away');
  isAway = false;
  expect(await session.token()).toBe(next);
});

it('a pasted token that has ended is given to nobody, and the user is asked for another', async () => {
  const [signOut, onEnd] = [vi.fn(), vi.fn()];
  expect(await pastedSession('opaque', { signOut, onEnd }).token()).toBe('opaque');
  expect(onEnd).not.toHaveBeenCalled();
  await expect(pastedSession(inSeconds(-1), { signOut, onEnd }).token()).rejects.toThrow('has ended');
  expect(onEnd).toHaveBeenCalledTimes(1);
  expect(signOut).not.toHaveBeenCalled();
});
