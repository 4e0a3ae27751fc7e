import { expect, test, vi } from 'vitest';
import { BlobgraphError } from '../../errors/errors.ts';
import { endless } from '../connections/session.fixture.ts';
import { closeAfterEach, connectAs, serve } from './websocket.fixture.ts';

closeAfterEach();

/** A connection whose session's renewals do what the test says. */
async function renewing(renew: (authorization: unknown) => Promise<void> = async () => {}) {
  const session = { ...endless('alice', new Date('2030-01-01T00:00:00Z')), renew: vi.fn(renew) };
  const { url } = await serve({ authenticate: async () => ({ who: 'alice', session }) });
  const connection = await connectAs(`${url}/graphql`, 'alice');
  const ping = (payload?: unknown) => connection.send({ type: 'ping', payload });
  return { ...connection, session, ping };
}

const until = '2030-01-01T00:00:00.000Z';

test.each([
  { authorization: 'Bearer next' },
  { Authorization: 'bearer next' },
  { headers: { authorization: 'Bearer next' } },
  { token: 'next' },
])('a ping with a token renews the session, and is told until when: %j', async (payload) => {
  const { ping, received, session } = await renewing();
  ping(payload);
  await vi.waitFor(() => expect(received).toEqual([{ type: 'pong', payload: { until } }]));
  expect(session.renew.mock.calls).toEqual([['Bearer next']]);
});

test.each([undefined, {}, { note: 'x'.repeat(1_000) }, { authorization: 'Bearer ' }])(
  'a ping without one is answered as ever: %j',
  async (payload) => {
    const { ping, received, session } = await renewing();
    ping(payload);
    await vi.waitFor(() => expect(received).toEqual([{ type: 'pong' }]));
    expect(session.renew).not.toHaveBeenCalled();
  },
);

test('of a flood of tokens, a few are looked at, and each is answered', async () => {
  const { ping, received, session } = await renewing();
  for (let time = 0; time < 7; time += 1) ping({ token: `next${time}` });
  await vi.waitFor(() => expect(received).toHaveLength(7));
  expect(session.renew).toHaveBeenCalledTimes(6);
  const refused = { type: 'pong', payload: expect.objectContaining({ until, code: 'RATE_LIMITED' }) };
  expect(received.filter((answer) => refused.payload.asymmetricMatch(answer.payload))).toEqual([refused]);
});

test('what says nothing of the token leaves the session as it was', async () => {
  const { ping, received, socket } = await renewing(async () => {
    throw new BlobgraphError('SERVICE_UNAVAILABLE', 'The issuer does not answer.');
  });
  ping({ token: 'next' });
  const payload = { until, code: 'SERVICE_UNAVAILABLE', message: 'The issuer does not answer.' };
  await vi.waitFor(() => expect(received).toEqual([{ type: 'pong', payload }]));
  expect(socket.readyState).toBe(socket.OPEN);
});

test.each([
  ['one that is none', { token: 'next' }, new BlobgraphError('UNAUTHENTICATED', 'A valid token is needed.')],
  ['another user’s', { token: 'next' }, new BlobgraphError('FORBIDDEN', 'It is another user’s.')],
  ['two', { token: 'next', authToken: 'other' }, new BlobgraphError('BAD_REQUEST', 'not looked at')],
])('the connection is closed for %s', async (_, payload, error) => {
  const { ping, closing } = await renewing(async () => {
    throw error;
  });
  ping(payload);
  const [code, reason] = await closing;
  expect(code).toBe(4403);
  expect(reason).toBe(
    error.code === 'BAD_REQUEST' ? '`token` and `authToken` are different tokens: send one' : error.message,
  );
});

test('a fault closes it as a fault', async () => {
  const { ping, closed } = await renewing(async () => {
    throw new Error('secret');
  });
  ping({ token: 'next' });
  expect(await closed).toBe(4500);
});
