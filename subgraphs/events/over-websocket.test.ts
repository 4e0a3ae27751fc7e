import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { toUserMessage, type UserEventKind } from '../../platform/events/user-events.ts';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { connect } from '../../platform/serving/websocket/websocket.fixture.ts';
import { BEGINNING, blobMessage, cursorAt } from '../../platform/testing/events.ts';
import { TEST_SECRET } from '../../platform/testing/identity.ts';
import { type TestService, viewer } from '../../platform/testing/service.ts';
import { startEvents } from './service.fixture.ts';

/** Who may follow changes as another router's user, or through a service, and for how long. */

interface Message {
  readonly type: string;
  readonly payload?: Record<string, unknown>;
}

const UPGRADE = { method: 'GET', path: '/graphql' };
const query = 'subscription ($after: String) { blobChanged(after: $after) { cursor blobId } }';

/** A token that is accepted for that long: half a minute longer than the 30 days that it lasts. */
async function tokenFor({ runtime }: TestService, ms: number, userId = 'alice'): Promise<string> {
  const key = await runtime.keys.userKey();
  const clock = { now: () => new Date(Date.now() + ms - (30 * 24 * 3_600 + 30) * 1_000) };
  return signDevelopmentToken({ key, viewer: viewer(userId), clock });
}

const HOUR_MS = 3_600_000;

const blobIdIn = (result: Message['payload']) =>
  (result as { data: { blobChanged: { blobId: string } } }).data.blobChanged.blobId;

/** A connection that follows changes from the beginning. */
async function follow({ url }: TestService, payload: object) {
  const {
    socket,
    received,
    closed: ended,
    send,
  } = await connect<Message>(`${url.replace('http', 'ws')}/graphql`);
  onTestFinished(() => socket.terminate());
  send({ type: 'connection_init', payload });
  await Promise.race([once(socket, 'message'), ended]);
  if (socket.readyState === socket.OPEN)
    send({ type: 'subscribe', id: '1', payload: { query, variables: { after: BEGINNING } } });
  const told = () =>
    received.filter(({ type }) => type === 'next').map(({ payload: result }) => blobIdIn(result));
  return { received, ended, send, told };
}

const byRouter = (token: string) => ({ 'x-service-secret': TEST_SECRET, authorization: `Bearer ${token}` });

test('a token that ends closes the connection, with the cursor of the last change', async () => {
  const { log, service } = await startEvents();
  const { received, ended, told } = await follow(service, byRouter(await tokenFor(service, 4_000)));
  await log.publish(blobMessage('a', 1));
  await expect.poll(told).toEqual(['a']);
  expect(await ended).toBe(4403);
  expect(received.at(-1)).toMatchObject({
    type: 'ping',
    payload: { code: 'UNAUTHENTICATED', cursors: { '1': cursorAt(1) } },
  });
});

test('another token of the same user renews it', async () => {
  const { log, service } = await startEvents();
  const first = await tokenFor(service, 5_000);
  const { received, send, told, ended } = await follow(service, byRouter(first));
  const until = () => received.find(({ type }) => type === 'pong')?.payload?.['until'];
  send({ type: 'ping', payload: { authorization: `Bearer ${await tokenFor(service, HOUR_MS)}` } });
  await expect.poll(until).toEqual(expect.any(String));
  expect(Date.parse(String(until()))).toBeGreaterThan(Date.now() + HOUR_MS / 2);
  await log.publish(blobMessage('a', 1));
  await expect.poll(told).toEqual(['a']);
  send({ type: 'ping', payload: { authorization: `Bearer ${await tokenFor(service, HOUR_MS, 'bob')}` } });
  expect(await ended).toBe(4403);
});

test('an erasure ends what is followed for its user, and none is let in until it is done', async () => {
  const { log, service } = await startEvents();
  const ofService = await service.headers({}, UPGRADE);
  const ofBob = await follow(service, byRouter(await tokenFor(service, HOUR_MS, 'bob')));
  const [router, owned] = [byRouter(await tokenFor(service, HOUR_MS)), { ...ofService }];
  const open = [await follow(service, router), await follow(service, owned)];
  await log.publish(blobMessage('a', 1));
  for (const { told } of open) await expect.poll(told).toEqual(['a']);
  const tell = (kind: UserEventKind) =>
    log.publish(toUserMessage({ kind, userId: 'alice', startedAt: new Date(0) }));
  await tell('erasing');
  for (const { ended, received } of open) {
    expect(await ended).toBe(4403);
    expect(received.at(-1)).toMatchObject({ payload: { code: 'USER_ERASING' } });
  }
  for (const payload of [router, owned]) expect(await (await follow(service, payload)).ended).toBe(4403);
  await log.publish(blobMessage('b', 1, { userId: 'bob' }));
  await expect.poll(ofBob.told).toEqual(['b']);
  await tell('erased');
  await expect.poll(async () => (await follow(service, router)).received[0]?.type).toBe('connection_ack');
});

test('a feed that is closed is no end of what is followed: its client is to come back', async () => {
  const { log, feed, service } = await startEvents();
  const { received, ended, told } = await follow(service, byRouter(await tokenFor(service, HOUR_MS)));
  await log.publish(blobMessage('a', 1));
  await expect.poll(told).toEqual(['a']);
  await feed.close();
  expect(await ended).toBe(1012);
  expect(received.map(({ type }) => type)).not.toContain('complete');
});
