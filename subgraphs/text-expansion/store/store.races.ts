import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUser, record } from './store.contract.ts';
import type { ExpandedTextStore } from './store.ts';

/** What every adapter on a real server must do when many are at it at once. `open` gives an empty store. */
export function expandedTextStoreRaces(
  open: () => Promise<{ store: ExpandedTextStore; close(): Promise<void> }>,
): void {
  let store: ExpandedTextStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
    // Processes that start at once prepare at once.
    await Promise.all(Array.from({ length: 5 }, () => store.prepare()));
  });
  afterAll(() => close?.());

  describe('races', () => {
    it('lets one of 50 results of a run win, and tells all the others which', async () => {
      const one = record(newUser());
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => store.insert({ ...one, expanded: `result ${index}` })),
      );
      const winners = answers.filter(({ inserted }) => inserted);
      expect(winners).toHaveLength(1);
      for (const { stored } of answers) expect(stored).toEqual(winners[0]?.stored);
      expect(await store.find(one.id)).toEqual(winners[0]?.stored);
    });
  });
}
