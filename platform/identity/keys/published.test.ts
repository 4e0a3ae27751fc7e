import { expect, test, vi } from 'vitest';
import { KeyDirectory, LocalKeys, type OwnedKey } from './published.ts';
import { newServiceKey, readServiceKeys } from './service-keys.ts';

const newKey = () => readServiceKeys(newServiceKey())[0];
const xOf = ({ jwk }: ReturnType<typeof newKey>) => jwk.x;

/** A directory over what `state` and the registry publish at the moment, at a time of the test's own. */
function setUp() {
  let now = 0;
  const published: string[] = [];
  const registered: OwnedKey[] = [];
  const local = new LocalKeys();
  const fetch = vi.fn(async (_baseUrl: string) => [...published]);
  const list = vi.fn(async () => [...registered]);
  const directory = new KeyDirectory({
    local,
    urls: { state: 'http://state', gateway: 'http://gateway' },
    fetch,
    registered: list,
    clock: { now: () => new Date(now) },
    logger: { warn: () => {} },
  });
  return {
    directory,
    local,
    published,
    registered,
    fetch,
    list,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('a service’s keys are asked for once, at its own address', async () => {
  const { directory, published, fetch } = setUp();
  const [key, other] = [newKey(), newKey()];
  published.push(xOf(key), xOf(other));
  const found = await Promise.all(
    Array.from({ length: 20 }, (_, index) => directory.find('state', index % 2 ? key.kid : other.kid)),
  );
  expect(found.every((each) => each?.asymmetricKeyType === 'ed25519')).toBe(true);
  expect(fetch.mock.calls).toEqual([['http://state']]);
});

test('a key is good for the service alone that publishes it', async () => {
  const { directory, published, registered } = setUp();
  const key = newKey();
  published.push(xOf(key));
  registered.push({ service: 'summary', x: xOf(key) });
  expect(await directory.find('state', key.kid)).toBeDefined();
  expect(await directory.find('summary', key.kid)).toBeDefined();
  expect(await directory.find('other', key.kid)).toBeUndefined();
});

test('a new key is found within a second, and a stranger’s costs one question a second', async () => {
  const { directory, published, fetch, pass } = setUp();
  const [old, next] = [newKey(), newKey()];
  published.push(xOf(old));
  expect(await directory.find('state', old.kid)).toBeDefined();
  published.push(xOf(next));
  for (let asked = 0; asked < 100; asked++) {
    expect(await directory.find('state', newKey().kid)).toBeUndefined();
    pass(5);
  }
  expect(fetch).toHaveBeenCalledTimes(1);
  pass(500);
  expect(await directory.find('state', next.kid)).toBeDefined();
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('strangers’ names cost one question of the registry a second, however many they are', async () => {
  const { directory, fetch, list, pass } = setUp();
  for (let asked = 0; asked < 1_000; asked++) {
    await directory.find(`stranger-${asked}`, newKey().kid);
    await directory.find('__proto__', newKey().kid);
    pass(1);
  }
  expect([fetch.mock.calls.length, list.mock.calls.length]).toEqual([0, 1]);
});

test('a service whose keys cannot be read is not taken for a stranger, and one that is known stays known', async () => {
  const { directory, published, fetch, pass } = setUp();
  const key = newKey();
  fetch.mockRejectedValueOnce(new Error('not started yet'));
  await expect(directory.find('state', key.kid)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await expect(directory.find('state', key.kid)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(fetch).toHaveBeenCalledTimes(1);
  published.push(xOf(key));
  pass(1_000);
  expect(await directory.find('state', key.kid)).toBeDefined();
  fetch.mockRejectedValue(new Error('away'));
  pass(400_000);
  expect(await directory.find('state', key.kid)).toBeDefined();
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(3));
  expect(await directory.find('state', key.kid)).toBeDefined();
});

test('a key that its service withdraws is no longer good after five minutes', async () => {
  const { directory, published, fetch, pass } = setUp();
  const key = newKey();
  published.push(xOf(key));
  expect(await directory.find('state', key.kid)).toBeDefined();
  published.length = 0;
  pass(300_001);
  // Asked behind the call that found the keys old.
  await directory.find('state', key.kid);
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(2));
  await vi.waitFor(async () => expect(await directory.find('state', key.kid)).toBeUndefined());
});

test('services of one process ask nobody for each other’s keys', async () => {
  const { directory, local, fetch } = setUp();
  const key = newKey();
  local.add('gateway', [key]);
  expect(await directory.find('gateway', key.kid)).toBe(key.publicKey);
  expect(await directory.find('state', key.kid)).toBeUndefined();
  expect(fetch.mock.calls).toEqual([['http://state']]);
});
