import { expect, test, vi } from 'vitest';
import { encodeCursor } from '../../../../platform/events/cursor.ts';
import { createTextCipher } from '../../../../platform/sealing/cipher.ts';
import { blobMessage } from '../../../../platform/testing/events.ts';
import { everything } from '../record/webhook.ts';
import { answering, deliveries, TAKEN } from './delivery.postgres.fixture.ts';

const PATIENCE = { timeout: 30_000, interval: 5 };

test('sends what was missed and what happens, in order, each once, and moves the cursor', async () => {
  const { register, deliverer, publish, blobIds, sent, find, log } = await deliveries();
  const webhook = await register();
  await publish('a', 'b');
  await log.publish(blobMessage('bob’s', 1, { userId: 'bob' }));
  deliverer();
  await expect.poll(blobIds, PATIENCE).toEqual(['a', 'b']);
  await publish('c');
  await expect.poll(blobIds, PATIENCE).toEqual(['a', 'b', 'c']);
  await expect.poll(async () => (await find(webhook)).cursor, PATIENCE).toBe(sent[2]?.cursor);
  expect(await find(webhook)).toMatchObject({ lastTry: { status: 204, error: null }, failing: null });
});

test('a long backlog is sent over several turns, whole and in order', async () => {
  const { register, deliverer, publish, blobIds } = await deliveries();
  await register();
  const ids = Array.from({ length: 70 }, (_, index) => `b${index}`);
  await publish(...ids);
  deliverer();
  await expect.poll(() => blobIds().length, PATIENCE).toBe(70);
  expect(blobIds()).toEqual(ids);
});

test('a filter lets through what it names; the cursor moves on all the same', async () => {
  const { register, deliverer, log, blobIds, find } = await deliveries();
  const webhook = await register({ filter: { ...everything, kinds: ['DELETED'] } });
  const ofBook = await register({ filter: { ...everything, bookId: 'novel' } });
  await log.publish(blobMessage('a', 1));
  await log.publish(blobMessage('a', 2, { kind: 'deleted' }));
  await log.publish(blobMessage('b', 1, { body: { book_id: 'novel' } }));
  await log.publish(blobMessage('c', 1));
  const head = encodeCursor(await log.head());
  deliverer();
  for (const each of [webhook, ofBook])
    await expect.poll(async () => (await find(each)).cursor, PATIENCE).toBe(head);
  expect(blobIds().toSorted()).toEqual(['a', 'b']);
});

test('an idle webhook’s cursor follows the log, so that the log may forget', async () => {
  const { register, deliverer, log, find, pass } = await deliveries();
  const webhook = await register();
  deliverer();
  await expect.poll(async () => (await find(webhook)).cursor, PATIENCE).toBe(encodeCursor(await log.head()));
  for (const id of ['x', 'y', 'z']) await log.publish(blobMessage(id, 1, { userId: 'bob' }));
  pass(600_001);
  await expect.poll(async () => (await find(webhook)).cursor, PATIENCE).toBe(encodeCursor(await log.head()));
});

test('what failed is tried again at its time, before all that follows, with the same id', async () => {
  const { register, deliverer, publish, behaviour, blobIds, sent, find, store, clock } = await deliveries();
  const webhook = await register();
  let left = 1;
  behaviour.answer = ({ blobId }) => (blobId === 'b' && left-- > 0 ? answering(503) : TAKEN);
  await publish('a', 'b', 'c');
  deliverer();
  await expect.poll(async () => (await find(webhook)).failing?.attempts, PATIENCE).toBe(1);
  expect(blobIds()).toEqual(['a', 'b']);
  const { failing, lastTry } = await find(webhook);
  expect(lastTry).toMatchObject({ status: 503, error: 'answered 503' });
  expect(failing?.nextAt.getTime()).toBeGreaterThan(clock.now().getTime());
  // Its owner does not want to wait for that.
  await store.steer('alice', webhook.id, 'ACTIVE', clock.now());
  await expect.poll(blobIds, PATIENCE).toEqual(['a', 'b', 'b', 'c']);
  expect(sent[1]?.id).toBe(sent[2]?.id);
  await expect.poll(async () => (await find(webhook)).failing, PATIENCE).toBeNull();
});

test('a receiver that is gone, or fails for too long, is set aside, and resumes where it stood', async () => {
  const { register, deliverer, publish, behaviour, blobIds, find, store, clock, pass } = await deliveries();
  const webhook = await register();
  behaviour.answer = () => answering(410);
  await publish('a', 'b');
  deliverer();
  await expect.poll(async () => (await find(webhook)).reason, PATIENCE).toBe('GONE');
  behaviour.answer = () => answering(500);
  await store.steer('alice', webhook.id, 'ACTIVE', clock.now());
  for (let tries = 1; tries <= 4; tries++) {
    await expect.poll(async () => (await find(webhook)).failing?.attempts, PATIENCE).toBe(tries);
    if (tries === 4) pass(600_000);
    // The settings that it has already: it is tried again, and what failed is remembered.
    await store.update('alice', webhook.id, { description: `try ${tries}` });
    pass(60_000);
    await store.rotate('alice', webhook.id, (await find(webhook)).secret, clock.now());
  }
  await expect.poll(async () => (await find(webhook)).reason, PATIENCE).toBe('FAILED_TOO_LONG');
  expect(new Set(blobIds())).toEqual(new Set(['a']));
  behaviour.answer = () => TAKEN;
  await store.steer('alice', webhook.id, 'ACTIVE', clock.now());
  await expect.poll(() => blobIds().slice(-2), PATIENCE).toEqual(['a', 'b']);
});

test('a cursor that the log no longer reaches is told, and nothing is passed over in silence', async () => {
  const { register, deliverer, publish, blobIds, find, store, log, clock } = await deliveries();
  const webhook = await register();
  await publish('a', 'b', 'c');
  log.trim(2);
  deliverer();
  await expect.poll(async () => (await find(webhook)).reason, PATIENCE).toBe('CURSOR_EXPIRED');
  expect(blobIds()).toEqual([]);
  await store.replay('alice', webhook.id, encodeCursor({ ...(await log.head()), sequence: 2 }), clock.now());
  await expect.poll(blobIds, PATIENCE).toEqual(['c']);
});

test('a replay sends again from its cursor, also in the middle of a delivery', async () => {
  const { register, deliverer, publish, behaviour, blobIds, store, clock } = await deliveries();
  const webhook = await register();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  behaviour.answer = async ({ blobId }) => {
    if (blobId === 'c' && blobIds().length === 3) await held;
    return TAKEN;
  };
  await publish('a', 'b', 'c');
  deliverer();
  await expect.poll(blobIds, PATIENCE).toEqual(['a', 'b', 'c']);
  await store.replay('alice', webhook.id, webhook.cursor, clock.now());
  release();
  await expect.poll(blobIds, PATIENCE).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});

test('nothing is sent while it is paused, nor once it is deleted', async () => {
  const { register, deliverer, publish, blobIds, store, clock } = await deliveries();
  const [webhook, deleted] = [await register(), await register({ userId: 'bob' })];
  const living = deliverer();
  await expect.poll(() => living.usage().kept, PATIENCE).toBe(2);
  await store.steer('alice', webhook.id, 'PAUSED', clock.now());
  await store.markDeleted('bob', { id: deleted.id }, clock.now());
  await publish('a');
  await expect.poll(() => living.usage().kept, PATIENCE).toBe(0);
  expect(blobIds()).toEqual([]);
  await store.steer('alice', webhook.id, 'ACTIVE', clock.now());
  await expect.poll(blobIds, PATIENCE).toEqual(['a']);
});

test('another secret signs at once, and the former one beside it for a while', async () => {
  const { register, deliverer, publish, sent, store, cipher, clock, pass } = await deliveries();
  const webhook = await register();
  deliverer();
  await publish('a');
  await expect.poll(() => sent.length, PATIENCE).toBe(1);
  const until = new Date(clock.now().getTime() + 1_000);
  const sealed = cipher.seal(`webhook:${webhook.id}`, webhook.key);
  await store.rotate('alice', webhook.id, sealed, until);
  await publish('b');
  await expect.poll(() => sent.length, PATIENCE).toBe(2);
  pass(1_000);
  await publish('c');
  await expect.poll(() => sent.length, PATIENCE).toBe(3);
  expect(sent.map(({ signature }) => signature.split(' ').length)).toEqual([1, 2, 1]);
});

test('a secret that cannot be read is told, and nothing is sent unsigned', async () => {
  const { register, deliverer, publish, sent, find } = await deliveries();
  const webhook = await register();
  await publish('a');
  deliverer({ cipher: createTextCipher(Buffer.alloc(32, 2)) });
  await expect.poll(async () => (await find(webhook)).reason, PATIENCE).toBe('SECRET_LOST');
  expect(sent).toEqual([]);
});

test('a store that fails for a moment costs a repetition at most', async () => {
  const { register, deliverer, publish, blobIds, store, pass } = await deliveries();
  await register();
  await publish('a', 'b', 'c');
  const failing = { ...store, delivered: vi.fn(store.delivered) };
  failing.delivered.mockRejectedValueOnce(new Error('away'));
  deliverer({ store: failing });
  await expect.poll(() => new Set(blobIds()).size, PATIENCE).toBe(3);
  pass(10_000);
  expect(blobIds()).toEqual(['a', 'a', 'b', 'c']);
});
