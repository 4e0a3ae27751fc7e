import { setMaxListeners } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import type { StoredSupergraph } from './store/store.ts';
import { createSupergraphWatch } from './watch.ts';

/** A store that counts how often it is asked. */
function fakeStore() {
  const asked = { version: 0, text: 0 };
  let version: number | null = 1;
  return {
    asked,
    set: (next: number | null) => {
      version = next;
    },
    currentVersion: async () => {
      asked.version++;
      return version;
    },
    current: async () => {
      asked.text++;
      const subgraphs = [
        { name: 'a', url: 'http://a/graphql', types: ['A'], origin: 'registered', hash: 'x' },
      ];
      return {
        version,
        sdl: `text ${version}`,
        hash: `hash ${version}`,
        subgraphs,
      } as unknown as StoredSupergraph;
    },
  };
}

const never = new AbortController().signal;
setMaxListeners(0, never);
const open = () => {
  const store = fakeStore();
  return { store, watch: createSupergraphWatch({ store, logger: createLogger('silent') }) };
};

afterEach(() => {
  vi.useRealTimers();
});

it('answers at once with what the caller has not', async () => {
  const { store, watch } = open();
  const served = {
    version: 1,
    sdl: 'text 1',
    hash: 'hash 1',
    subgraphs: [{ name: 'a', url: 'http://a/graphql', types: ['A'] }],
  };
  expect(await watch.next(null, 0, never)).toEqual(served);
  expect(await watch.next(7, 25_000, never)).toEqual(served);
  expect(await watch.next(1, 0, never)).toBeNull();
  expect(store.asked.text).toBe(1);
  store.set(null);
  await expect(watch.next(1, 25_000, never)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});

it('reads the store four times a second for all who wait, and not while nobody does', async () => {
  vi.useFakeTimers();
  const { store, watch } = open();
  const waiting = Array.from({ length: 50 }, () => watch.next(1, 10_000, never));
  await vi.advanceTimersByTimeAsync(0);
  const begun = store.asked.version;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(store.asked.version - begun).toBe(8);
  store.set(2);
  await vi.advanceTimersByTimeAsync(250);
  expect((await Promise.all(waiting)).map((served) => served?.version)).toEqual(Array(50).fill(2));
  expect(store.asked.text).toBe(1);
  const ended = store.asked.version;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(store.asked.version).toBe(ended);
});

it('answers at once where this process stored another, when the time is over, and when it stops', async () => {
  vi.useFakeTimers();
  const { store, watch } = open();
  const told = watch.next(1, 10_000, never);
  await vi.advanceTimersByTimeAsync(0);
  store.set(2);
  watch.look();
  await vi.advanceTimersByTimeAsync(0);
  expect((await told)?.version).toBe(2);
  const late = watch.next(2, 1_000, never);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBeNull();
  const gone = new AbortController();
  const left = watch.next(2, 10_000, gone.signal);
  await vi.advanceTimersByTimeAsync(0);
  gone.abort();
  expect(await left).toBeNull();
  const last = watch.next(2, 10_000, never);
  await vi.advanceTimersByTimeAsync(0);
  await watch.stop();
  expect(await last).toBeNull();
  expect(await watch.next(2, 10_000, never)).toBeNull();
});
