import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../../platform/telemetry/logger.ts';
import { at, entry, ids, newUser } from '../../testing/records.fixture.ts';
import { readyToSearch } from '../search.ts';
import type { StateStore } from '../store.ts';

interface Upgraded {
  readonly store: StateStore;
  /** Makes entries look as the previous release stored them, without words. */
  asBefore(userId: string): Promise<void>;
}

/** Entries that get their words within one search. */
const FILLED = 20;

const context = () => ({ signal: new AbortController().signal, logger: createLogger('silent') });

/** Searches of entries that the previous release stored, and still stores. */
export function searchUpgradeContract(upgraded: () => Upgraded): void {
  const search = async (user: string, limit = 5) => {
    const { store } = upgraded();
    await readyToSearch(store, user, FILLED);
    return ids((await store.page(user, { words: ['old'] }, { limit, direction: 'DESC' })).entries);
  };
  const old = (user: string, second: number) => entry(user, second, { title: `Old ${second}` });

  describe('search after an upgrade', () => {
    it('misses none: few get their words at once', async () => {
      const { store, asBefore } = upgraded();
      const user = newUser();
      const entries = [old(user, 1), old(user, 2), old(user, 3)];
      for (const one of entries) await store.insertEntry(one, []);
      await asBefore(user);
      expect(await store.wordless(user, 10)).toHaveLength(3);
      expect(await search(user)).toEqual(ids(entries.toReversed()));
      expect(await store.wordless(user, 10)).toEqual([]);
    });

    it('says that it is not ready where there are many, and is once they have their words', async () => {
      const { store, asBefore } = upgraded();
      const [user, other] = [newUser(), newUser()];
      const entries = Array.from({ length: FILLED + 5 }, (_, second) => old(user, second));
      await store.insertEntries(entries.map((one) => [one, []]));
      await store.insertEntry(old(other, 1), []);
      await Promise.all([asBefore(user), asBefore(other)]);
      await expect(search(user)).rejects.toMatchObject({ code: 'SEARCH_NOT_READY' });
      const stopped = new AbortController();
      stopped.abort();
      await expect(store.upkeep({ ...context(), signal: stopped.signal })).rejects.toThrow();
      await store.upkeep(context());
      for (const each of [user, other]) expect(await store.wordless(each, 10)).toEqual([]);
      expect(await search(user, FILLED + 10)).toHaveLength(FILLED + 5);
      // What comes beside later is found as well.
      const beside = entry(user, 3_000, { title: 'Old', createdAt: at(3_000) });
      await store.insertEntry(beside, []);
      await asBefore(user);
      await store.upkeep(context());
      await expect
        .poll(() => search(user, 1).catch((error: { code: string }) => error.code), { timeout: 60_000 })
        .toEqual([beside.id]);
    });
  });
}
