import { describe, expect, it } from 'vitest';
import type { BlobInventory } from './inventory.ts';

/** A store of an adapter, as far as its inventory is concerned. */
export interface InventoryFixture {
  readonly inventory: BlobInventory;
  newUser(): string;
  /** Stores a blob and answers what the inventory must tell of it. */
  add(
    userId: string,
    createdAt: Date,
  ): Promise<{ readonly id: string; readonly sourceIds: readonly string[] }>;
  markRegistered(id: string): Promise<void>;
  refuse(id: string): Promise<void>;
}

const at = (second: number) => new Date(Date.UTC(2020, 0, 1, 0, 0, second));

/** Tests of a store's inventory. */
export function inventoryContract(fixture: () => InventoryFixture): void {
  describe('the inventory', () => {
    it('lists the blobs of all users page by page, each once, with the state of its registration', async () => {
      const { add, inventory, newUser, markRegistered, refuse } = fixture();
      const [alice, bob] = [newUser(), newUser()];
      const [waiting, registered, refused, late] = [
        await add(alice, at(1)),
        await add(bob, at(2)),
        await add(alice, at(3)),
        await add(alice, at(9)),
      ];
      await markRegistered(registered.id);
      await refuse(refused.id);
      const own = new Set([waiting.id, registered.id, refused.id, late.id]);
      const seen: string[] = [];
      const items = new Map<string, object>();
      for (;;) {
        const after = seen.at(-1);
        const page = await inventory.inventory({ before: at(9), limit: 2, ...(after ? { after } : {}) });
        expect(page.length).toBeLessThanOrEqual(2);
        for (const item of page) {
          seen.push(item.id);
          if (own.has(item.id)) items.set(item.id, item);
        }
        if (page.length === 0) break;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(Object.fromEntries(items)).toEqual({
        [waiting.id]: { ...waiting, userId: alice, createdAt: at(1), registration: 'waiting' },
        [registered.id]: { ...registered, userId: bob, createdAt: at(2), registration: 'registered' },
        [refused.id]: { ...refused, userId: alice, createdAt: at(3), registration: 'refused' },
      });
    });

    it('tells which ids there are', async () => {
      const { add, inventory, newUser } = fixture();
      const [one, two] = [await add(newUser(), at(1)), await add(newUser(), at(2))];
      const found = await inventory.existing([one.id, 'nothing', two.id]);
      expect(found.toSorted()).toEqual([one.id, two.id].toSorted());
      expect(await inventory.existing([])).toEqual([]);
    });

    it('counts what is not refused, for each user', async () => {
      const { add, inventory, newUser, refuse } = fixture();
      const [alice, bob, nobody] = [newUser(), newUser(), newUser()];
      await add(alice, at(1));
      await add(alice, at(5));
      await add(bob, at(6));
      const { id } = await add(alice, at(1));
      await refuse(id);
      const counts = await inventory.countsOf([alice, bob, nobody], at(5));
      expect(new Map(counts.map(({ userId, ...count }) => [userId, count]))).toEqual(
        new Map([
          [alice, { older: 1, total: 2 }],
          [bob, { older: 0, total: 1 }],
        ]),
      );
    });

    it('has the index told again', async () => {
      const { add, inventory, markRegistered, newUser, refuse } = fixture();
      const [one, two] = [await add(newUser(), at(1)), await add(newUser(), at(1))];
      await markRegistered(one.id);
      await refuse(two.id);
      await inventory.reopen([one.id, two.id, 'nothing']);
      const states = new Map<string, string>();
      let after: string | undefined;
      do {
        const page = await inventory.inventory({ before: at(2), limit: 100, ...(after ? { after } : {}) });
        for (const { id, registration } of page) states.set(id, registration);
        after = page.at(-1)?.id;
      } while (after);
      expect([states.get(one.id), states.get(two.id)]).toEqual(['waiting', 'waiting']);
    });
  });
}
