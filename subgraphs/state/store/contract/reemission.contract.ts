import { describe, expect, it } from 'vitest';
import type { StateStore } from '../store.ts';

/** Every adapter's contract for reemission. */
export function reemissionContract(store: () => StateStore): void {
  describe('reemission', () => {
    it('remembers how far it is', async () => {
      expect(await store().reemission()).toBeNull();
      const begun = { epoch: 'one', after: null, done: false };
      await store().saveReemission(begun);
      expect(await store().reemission()).toEqual(begun);
      const ended = { epoch: 'two', after: { userId: 'user|a', id: 'b' }, done: true };
      await store().saveReemission(ended);
      expect(await store().reemission()).toEqual(ended);
    });
  });
}
