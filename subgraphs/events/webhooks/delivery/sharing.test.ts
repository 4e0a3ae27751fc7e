import { expect, test } from 'vitest';
import { deliveries, TAKEN } from './delivery.postgres.fixture.ts';

const PATIENCE = { timeout: 30_000, interval: 5 };

test('several processes share the webhooks, and each change is sent by one of them', async () => {
  const { register, deliverer, publish, sent, blobIds } = await deliveries();
  for (let count = 0; count < 6; count++) await register();
  const [one, two, three] = [deliverer(), deliverer(), deliverer()];
  const all = [one, two, three];
  await expect.poll(() => all.map((each) => each.usage().kept), PATIENCE).toEqual([2, 2, 2]);
  await publish('a', 'b');
  await expect.poll(() => sent.length, PATIENCE).toBe(12);
  const ofHook = (url: string) => sent.filter((each) => each.url === url).map(({ blobId }) => blobId);
  for (const { url } of sent) expect(ofHook(url)).toEqual(['a', 'b']);
  await two.stop();
  await expect.poll(() => [one, three].map((each) => each.usage().kept), PATIENCE).toEqual([3, 3]);
  await publish('c');
  await expect.poll(() => blobIds().filter((id) => id === 'c').length, PATIENCE).toBe(6);
});

test('what a process had when it died is sent by another, once it counts as dead', async () => {
  const { register, deliverer, publish, behaviour, store, blobIds, clock, pass, find } = await deliveries();
  const webhook = await register();
  // A process that is killed after it has sent, before it has noted so.
  const dead = 'dead';
  await store.turn(dead, clock.now(), new Date(clock.now().getTime() + 15_000));
  await store.claim(dead, 10, clock.now());
  await store.begin(webhook.id, dead, new Date(clock.now().getTime() + 15_000));
  await publish('a');
  behaviour.answer = () => TAKEN;
  const living = deliverer();
  await publish('b');
  await expect
    .poll(async () => (await store.turn('looks', clock.now(), clock.now())).workers, PATIENCE)
    .toBe(2);
  expect([living.usage().kept, blobIds()]).toEqual([0, []]);
  pass(15_000);
  await expect.poll(blobIds, PATIENCE).toEqual(['a', 'b']);
  const late = { id: webhook.id, worker: dead, cursor: webhook.cursor, revision: webhook.revision };
  expect(
    await store.delivered(late, 'late', { at: clock.now(), status: 200, error: null }, clock.now()),
  ).toBeNull();
  expect((await find(webhook)).cursor).not.toBe('late');
});

test('a receiver that hangs costs its own webhook alone, and its user’s others little', async () => {
  const { register, deliverer, publish, behaviour, sent } = await deliveries();
  const slow = await register({ url: 'https://slow.example/' });
  const fast = await register({ url: 'https://fast.example/' });
  behaviour.answer = ({ url }, signal) =>
    url === slow.url
      ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      : TAKEN;
  const living = deliverer();
  const to = (url: string) => sent.filter((each) => each.url === url).length;
  await publish('a', 'b', 'c');
  await expect.poll(() => to(fast.url), PATIENCE).toBe(3);
  expect(to(slow.url)).toBe(1);
  living.drop([slow.id]);
});

test('as many are sent to at once as may be: in all, of a user, and to a host', async () => {
  const { register, deliverer, behaviour, publish, sent } = await deliveries();
  const inWork = new Map<string, number>();
  const most = new Map<string, number>();
  const count = (key: string, by: number) => {
    const now = (inWork.get(key) ?? 0) + by;
    inWork.set(key, now);
    most.set(key, Math.max(most.get(key) ?? 0, now));
  };
  behaviour.answer = async ({ url }) => {
    count(url, 1);
    count('all', 1);
    await new Promise((resolve) => setImmediate(resolve));
    count(url, -1);
    count('all', -1);
    return TAKEN;
  };
  for (let index = 0; index < 12; index++) await register({ url: 'https://popular.example/' });
  await publish('a', 'b');
  deliverer();
  await expect.poll(() => sent.length, PATIENCE).toBe(24);
  expect(most.get('https://popular.example/')).toBeLessThanOrEqual(4);
  expect(most.get('all')).toBeLessThanOrEqual(4);
});

test('a stop lets finish what is in work, and gives the webhooks back', async () => {
  const { register, deliverer, publish, behaviour, blobIds, store, clock } = await deliveries();
  await register();
  let release: () => void = () => undefined;
  behaviour.answer = () =>
    new Promise((resolve) => {
      release = () => resolve(TAKEN);
    });
  const first = deliverer();
  await publish('a', 'b');
  await expect.poll(blobIds, PATIENCE).toEqual(['a']);
  const stopped = first.stop();
  release();
  await stopped;
  expect(blobIds()).toEqual(['a']);
  behaviour.answer = () => TAKEN;
  expect((await store.turn('looks', clock.now(), clock.now())).active).toBe(1);
  deliverer();
  await expect.poll(blobIds, PATIENCE).toEqual(['a', 'b']);
});
