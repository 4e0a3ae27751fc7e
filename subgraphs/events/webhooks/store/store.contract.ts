import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everything, type Webhook } from '../record/webhook.ts';
import type { NewWebhook, WebhookStore } from './store.ts';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 31, 12) + seconds * 1_000);
const NOW = at(0);
const LATER = at(60);

let names = 0;
const newName = (prefix: string): string => `${prefix}|${++names}`;

const newWebhook = (more: Partial<NewWebhook> = {}): NewWebhook => ({
  id: newName('hook'),
  userId: newName('Größe'),
  url: 'https://receiver.example/hooks',
  description: null,
  filter: everything,
  secret: 'sealed',
  cursor: 'c0',
  createdAt: NOW,
  ...more,
});

/** The contract of {@link WebhookStore} for any adapter. `open` is called once and returns an empty store. */
export function webhookStoreContract(
  adapter: string,
  open: () => Promise<{ store: WebhookStore; close(): Promise<void> }>,
): void {
  describe(`webhook store: ${adapter}`, () => {
    let store: WebhookStore;
    let close: (() => Promise<void>) | undefined;

    beforeAll(async () => {
      ({ store, close } = await open());
      await store.prepare();
      await store.prepare();
    });
    afterAll(() => close?.());

    async function register(more: Partial<NewWebhook> = {}): Promise<Webhook> {
      const registered = await store.register(newWebhook(more), 100);
      if (typeof registered === 'string') throw new Error(registered);
      return registered;
    }

    const find = async (userId: string, id: string) =>
      (await store.list(userId)).find((each) => each.id === id) ?? null;

    /** A live worker that has the webhook. */
    async function workerOf({ id }: Webhook): Promise<string> {
      const worker = newName('worker');
      await store.turn(worker, NOW, LATER);
      const claimed = await store.claim(worker, 1_000, NOW);
      expect(claimed.map((each) => each.id)).toContain(id);
      return worker;
    }

    const begun = async (webhook: Webhook, worker: string) => {
      const found = await store.begin(webhook.id, worker, at(10));
      expect(found?.id).toBe(webhook.id);
      return { id: webhook.id, worker, cursor: webhook.cursor, revision: found?.revision ?? 0 };
    };

    const delivered = { at: at(1), status: 204, error: null };

    it('returns what was registered, to its user alone, the oldest first', async () => {
      const filter = {
        kinds: ['CREATED' as const, 'DELETED' as const],
        blobId: 'b',
        bookId: 'k',
        parentId: 'p',
      };
      const first = await register({ description: 'Größe 🦉', filter });
      const { userId } = first;
      const second = await register({ userId, createdAt: at(1) });
      expect(first).toEqual({
        ...newWebhook({ id: first.id, userId, description: 'Größe 🦉', filter }),
        state: 'ACTIVE',
        stateSince: NOW,
        reason: null,
        formerSecret: null,
        failing: null,
        lastTry: null,
        deliveredAt: null,
        inputHash: null,
        revision: 1,
      });
      expect(await store.list(userId)).toEqual([first, second]);
      expect(await store.list('another')).toEqual([]);
    });

    it('registers no more than a user may have, of those at once neither', async () => {
      const userId = newName('many');
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => store.register(newWebhook({ userId }), 3)),
      );
      expect(answers.filter((each) => each === 'too many')).toHaveLength(3);
      expect(await store.list(userId)).toHaveLength(3);
    });

    it('registers one for a key of a user, also where it comes at once, and for another once that is deleted', async () => {
      const userId = newName('keyed');
      const by = { key: 'Schlüssel', inputHash: 'hash' };
      const keyed = (more: Partial<NewWebhook> = {}, request = by) =>
        store.register(newWebhook({ userId, ...more }), 1, request);
      const answers = (await Promise.all(Array.from({ length: 4 }, () => keyed()))) as Webhook[];
      const [first] = answers as [Webhook];
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      expect(first.inputHash).toBe('hash');
      expect(await store.registered(userId, by.key)).toEqual(first);
      // What another input makes of it is the caller's to judge.
      expect(await keyed({}, { ...by, inputHash: 'other' })).toEqual(first);
      expect(await store.registered('another', by.key)).toBeNull();
      expect(await store.registered(userId, 'other')).toBeNull();
      expect(await keyed({}, { ...by, key: 'other' })).toBe('too many');
      await store.markDeleted(userId, { id: first.id }, NOW);
      expect(await store.registered(userId, by.key)).toBeNull();
      expect(await keyed()).not.toMatchObject({ id: first.id });
    });

    it('tests one at a time, for which a removal waits as long as it may last', async () => {
      const webhook = await register();
      const { id, userId } = webhook;
      expect(await store.beginTest('another', id, NOW, at(10))).toBeNull();
      expect(await store.beginTest(userId, id, NOW, at(10))).toEqual(webhook);
      expect(await store.beginTest(userId, id, at(9), at(20))).toBe('busy');
      await store.endTest(id);
      const atOnce = await Promise.all([1, 2, 3].map(() => store.beginTest(userId, id, NOW, at(10))));
      expect(atOnce.filter((each) => each === 'busy')).toHaveLength(2);
      // Whoever sent that one has died.
      expect(await store.beginTest(userId, id, at(10), at(20))).toEqual(webhook);
      await store.markDeleted(userId, { id }, at(11));
      expect(await store.beginTest(userId, id, at(11), at(30))).toBeNull();
      expect(await store.remove([id], at(19))).toBe(1);
      await store.sweep(at(12), at(19));
      expect(await store.remove([id], at(19))).toBe(1);
      await store.endTest(id);
      expect(await store.remove([id], at(19))).toBe(0);
    });

    it('replaces the settings that are given, and counts what was changed', async () => {
      const { userId, id, ...registered } = await register({ description: 'before' });
      const changed = await store.update(userId, id, { url: 'https://other.example/' });
      expect(changed).toEqual({ ...registered, userId, id, url: 'https://other.example/', revision: 2 });
      const filter = { ...everything, bookId: 'novel' };
      const again = await store.update(userId, id, { description: null, filter });
      expect(again).toMatchObject({ url: 'https://other.example/', description: null, filter, revision: 3 });
      expect(await store.update('another', id, { url: 'https://evil.example/' })).toBeNull();
      expect(await find(userId, id)).toEqual(again);
    });

    it('keeps the former secret for a while', async () => {
      const { userId, id } = await register();
      expect(await store.rotate(userId, id, 'next', LATER)).toMatchObject({
        secret: 'next',
        formerSecret: { sealed: 'sealed', until: LATER },
      });
      expect(await store.rotate('another', id, 'mine', LATER)).toBeNull();
      await store.sweep(at(-1), at(59));
      expect(await find(userId, id)).toMatchObject({ formerSecret: { sealed: 'sealed' } });
      await store.sweep(at(-1), at(60));
      expect(await find(userId, id)).toMatchObject({ secret: 'next', formerSecret: null });
    });

    it('moves the cursor with each delivery, and not behind the back of who holds it', async () => {
      const webhook = await register();
      const worker = await workerOf(webhook);
      const held = await begun(webhook, worker);
      expect(await store.delivered(held, 'c1', delivered, at(20))).toMatchObject({
        cursor: 'c1',
        lastTry: delivered,
        deliveredAt: at(1),
      });
      expect(await store.delivered(held, 'c0-again', delivered, at(20))).toBeNull();
      const next = { ...held, cursor: 'c1' };
      expect(await store.delivered({ ...next, worker: 'another' }, 'cx', delivered, at(20))).toBeNull();
      await store.rest({ ...next, worker: 'another' }, 'cx');
      await store.rest(held, 'cx');
      expect(await find(webhook.userId, webhook.id)).toMatchObject({ cursor: 'c1' });
      await store.rest(next, 'c2');
      expect(await find(webhook.userId, webhook.id)).toMatchObject({ cursor: 'c2' });
    });

    it('lets a replay win over a delivery in work', async () => {
      const webhook = await register({ cursor: 'c5' });
      const held = await begun(webhook, await workerOf(webhook));
      await store.replay(webhook.userId, webhook.id, 'c1', at(1));
      expect(await store.delivered(held, 'c6', delivered, at(20))).toBeNull();
      const failing = { since: NOW, attempts: 1, nextAt: at(5) };
      expect(await store.failed(held, { failing, lastTry: delivered }, null)).toBe(false);
      expect(await find(webhook.userId, webhook.id)).toMatchObject({ cursor: 'c1', failing: null });
      expect(await store.begin(held.id, held.worker, at(30))).toMatchObject({ cursor: 'c1' });
    });

    it('notes failures, and forgets them when something was delivered, steered or sent elsewhere', async () => {
      const webhook = await register();
      const { id, userId } = webhook;
      const worker = await workerOf(webhook);
      const failing = { since: NOW, attempts: 2, nextAt: at(5) };
      const lastTry = { at: at(1), status: null, error: 'no answer' };
      const fail = async () => {
        const held = await begun(webhook, worker);
        expect(await store.failed(held, { failing, lastTry }, null)).toBe(true);
        expect(await find(userId, id)).toMatchObject({ failing, lastTry, state: 'ACTIVE' });
        return held;
      };
      await fail();
      await store.steer(userId, id, 'ACTIVE', at(2));
      expect(await find(userId, id)).toMatchObject({ failing: null });
      await fail();
      await store.update(userId, id, { url: 'https://other.example/' });
      expect(await find(userId, id)).toMatchObject({ failing: null });
      const stale = await begun(webhook, worker);
      await store.rotate(userId, id, 'next', LATER);
      expect(await store.failed(stale, { failing, lastTry }, null)).toBe(false);
      const held = await fail();
      expect(await store.delivered(held, 'c1', delivered, at(20))).toMatchObject({
        failing: null,
        lastTry: delivered,
      });
    });

    it('sets aside with a reason, and takes up again where it stood', async () => {
      const webhook = await register({ cursor: 'c7' });
      const { id, userId } = webhook;
      const held = await begun(webhook, await workerOf(webhook));
      const aside = { reason: 'GONE', at: at(3) } as const;
      expect(await store.failed(held, { failing: null, lastTry: { ...delivered, status: 410 } }, aside)).toBe(
        true,
      );
      const found = { state: 'SET_ASIDE', reason: 'GONE', stateSince: at(3), cursor: 'c7' };
      expect(await find(userId, id)).toMatchObject({ ...found, lastTry: { status: 410 } });
      expect(await store.begin(id, held.worker, at(10))).toBeNull();
      expect(await store.steer('another', id, 'ACTIVE', at(4))).toBeNull();
      const active = { state: 'ACTIVE', reason: null, stateSince: at(4), cursor: 'c7' };
      expect(await store.steer(userId, id, 'ACTIVE', at(4))).toMatchObject(active);
      expect((await store.claim(held.worker, 1_000, NOW)).map((each) => each.id)).toEqual([id]);
    });

    it('replays what was set aside, and leaves paused what is paused', async () => {
      const webhook = await register({ cursor: 'c7' });
      const { id, userId } = webhook;
      const held = await begun(webhook, await workerOf(webhook));
      await store.failed(held, { failing: null, lastTry: null }, { reason: 'CURSOR_EXPIRED', at: at(3) });
      expect(await store.replay('another', id, 'c9', at(4))).toBeNull();
      const active = { state: 'ACTIVE', reason: null, stateSince: at(4), cursor: 'c9' };
      expect(await store.replay(userId, id, 'c9', at(4))).toMatchObject(active);
      await store.steer(userId, id, 'PAUSED', at(5));
      const paused = { state: 'PAUSED', stateSince: at(5), cursor: 'c1' };
      expect(await store.replay(userId, id, 'c1', at(6))).toMatchObject(paused);
    });

    it('gives a webhook to one worker at a time, and to another once that one is dead', async () => {
      const webhook = await register();
      const [one, two] = [newName('worker'), newName('worker')];
      await store.turn(one, NOW, at(10));
      await store.turn(two, NOW, LATER);
      const taken = await Promise.all([store.claim(one, 1_000, NOW), store.claim(two, 1_000, NOW)]);
      const [first] = taken
        .map((all, index) => (all.some(({ id }) => id === webhook.id) ? index : -1))
        .filter((each) => each >= 0);
      expect(taken.flat().filter(({ id }) => id === webhook.id)).toHaveLength(1);
      if (first === 1) await store.release(two, [webhook.id]);
      await store.claim(one, 1_000, NOW);
      await begun(webhook, one);
      expect(await store.begin(webhook.id, two, at(10))).toBeNull();
      expect(await store.claim(two, 1_000, at(9))).toEqual([]);
      // It was busy until then.
      await store.turn(two, at(10), LATER);
      expect((await store.claim(two, 1_000, at(9))).map(({ id }) => id)).not.toContain(webhook.id);
      expect((await store.claim(two, 1_000, at(10))).map(({ id }) => id)).toContain(webhook.id);
      expect(await store.begin(webhook.id, one, at(20))).toBeNull();
      expect(await store.begin(webhook.id, two, at(20))).toMatchObject({ id: webhook.id });
    });

    it('gives up what a worker does not know that it has', async () => {
      const [known, lost] = [await register(), await register()];
      const worker = await workerOf(lost);
      await store.claim(worker, 1_000, NOW);
      await store.keepOnly(worker, [known.id]);
      const next = newName('worker');
      await store.turn(next, NOW, LATER);
      const taken = (await store.claim(next, 1_000, NOW)).map(({ id }) => id);
      expect(taken).toContain(lost.id);
      expect(taken).not.toContain(known.id);
    });

    it('gives nothing to a worker that is not alive', async () => {
      await register();
      expect(await store.claim(newName('nobody'), 1_000, NOW)).toEqual([]);
    });

    it('tells a worker what owners have changed, once, and how many there are', async () => {
      const [one, two] = [await register(), await register()];
      const worker = await workerOf(one);
      await store.claim(worker, 1_000, NOW);
      expect((await store.turn(worker, NOW, LATER)).changed).toEqual([]);
      await store.steer(one.userId, one.id, 'PAUSED', at(1));
      await store.rotate(two.userId, two.id, 'next', LATER);
      const { changed, workers, active } = await store.turn(worker, NOW, LATER);
      expect(changed.map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted());
      expect([workers > 0, active > 0]).toEqual([true, true]);
      expect((await store.turn(worker, NOW, LATER)).changed).toEqual([]);
      await store.leave(worker);
      const next = await workerOf(two);
      expect(await store.begin(one.id, next, at(10))).toBeNull();
    });

    it('deletes: at once for all who ask, for good once nothing is in work', async () => {
      const webhook = await register();
      const { id, userId } = webhook;
      const held = await begun(webhook, await workerOf(webhook));
      expect(await store.markDeleted('another', { id }, NOW)).toEqual([]);
      expect(await store.markDeleted(userId, { id }, NOW)).toEqual([id]);
      expect(await find(userId, id)).toBeNull();
      expect(await store.list(userId)).toEqual([]);
      expect(await store.steer(userId, id, 'ACTIVE', NOW)).toBeNull();
      expect(await store.delivered(held, 'c1', delivered, at(20))).toBeNull();
      expect(await store.begin(id, held.worker, at(20))).toBeNull();
      expect(await store.remove([id], at(9))).toBe(1);
      await store.rest(held, 'c1');
      expect(await store.remove([id], at(9))).toBe(0);
    });

    it('removes what is busy for ever, and what nobody has removed', async () => {
      const [dead, left] = [await register(), await register()];
      await begun(dead, await workerOf(dead));
      await store.markDeleted(dead.userId, { id: dead.id }, NOW);
      expect(await store.remove([dead.id], at(10))).toBe(0);
      await store.markDeleted(left.userId, { id: left.id }, NOW);
      await store.sweep(NOW, LATER);
      expect(await store.remove([left.id], at(-100))).toBe(0);
      expect(await store.register({ ...newWebhook(), id: left.id }, 1)).toMatchObject({ id: left.id });
    });

    it('erases a user: all at once, and nothing is registered until that is done', async () => {
      const { userId, id } = await register();
      const other = await register();
      expect(await store.markDeleted(userId, { erasingUntil: at(30) }, NOW)).toEqual([id]);
      expect(await store.register(newWebhook({ userId, createdAt: at(29) }), 100)).toBe('erasing');
      expect(await store.register(newWebhook({ userId, createdAt: at(31) }), 100)).toMatchObject({ userId });
      expect(await store.list(other.userId)).toEqual([other]);
    });

    it('lets no registration slip past an erasure', async () => {
      for (let round = 0; round < 10; round++) {
        const userId = newName('raced');
        const [, registered] = await Promise.all([
          store.markDeleted(userId, { erasingUntil: LATER }, NOW),
          store.register(newWebhook({ userId }), 100),
        ]);
        expect([registered === 'erasing', (await store.list(userId)).length]).not.toEqual([true, 1]);
        if (registered !== 'erasing') await store.markDeleted(userId, { erasingUntil: LATER }, NOW);
        expect(await store.list(userId)).toEqual([]);
      }
    });

    it('counts them by state, and answers a ping', async () => {
      const before = await store.count();
      const { userId, id } = await register();
      await store.steer(userId, id, 'PAUSED', NOW);
      expect(await store.count()).toEqual({ ...before, PAUSED: before.PAUSED + 1 });
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
