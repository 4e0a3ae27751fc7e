import { describe, expect, it } from 'vitest';
import { consuming, type EventLogFixture, gate, message } from './log.contract.fixture.ts';

/** Long enough for a server to notice what only time tells. */
const PATIENCE = { timeout: 15_000 };

/** Every adapter's contract for messages that are not done. */
export function failingContract(fixture: () => EventLogFixture): void {
  describe('failing', () => {
    it('delivers again after the backoff, without delaying the neighbours', async () => {
      const log = await fixture().open();
      const times: number[] = [];
      const { seen, deliveries } = await consuming(
        log,
        { maxInFlight: 1, maxDeliver: 4, backoffMs: [200, 600] },
        async ({ id, attempt }) => {
          if (id !== 'poor') return { kind: 'ack' };
          times.push(performance.now());
          return attempt < 4 ? { kind: 'retry' } : { kind: 'ack' };
        },
      );
      for (const id of ['poor', 'a', 'b']) await log.publish(message('blob.created.alice', id));
      await expect.poll(() => seen.length, PATIENCE).toBe(6);
      expect(seen.slice(0, 3)).toEqual(['poor 1', 'a 1', 'b 1']);
      expect(seen.slice(3)).toEqual(['poor 2', 'poor 3', 'poor 4']);
      expect(deliveries.map(({ last }) => last).slice(3)).toEqual([false, false, true]);
      const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      for (const [index, least] of [200, 600, 600].entries())
        expect(pauses[index]).toBeGreaterThanOrEqual(least - 20);
      expect(await log.deadLetters()).toEqual([]);
    });

    it('sets aside after the last delivery, with the error as the reason', async () => {
      const log = await fixture().open();
      const { position } = await log.publish(message('blob.created.alice', 'poor'));
      const { seen, setAside } = await consuming(log, { maxDeliver: 2 }, async ({ id, attempt }) => {
        if (id === 'poor') throw new Error(`broken\u0000 ${attempt}`);
        return { kind: 'ack' };
      });
      await expect.poll(() => log.deadLetters(), PATIENCE).toHaveLength(1);
      await log.publish(message('blob.created.alice', 'next'));
      await expect.poll(() => seen, PATIENCE).toEqual(['poor 1', 'poor 2', 'next 1']);
      expect(setAside).toEqual(['poor: broken  2']);
      const [letter] = await log.deadLetters();
      expect(letter).toMatchObject({
        durable: 'worker',
        reason: 'broken  2',
        attempts: 2,
        message: { ...message('blob.created.alice', 'poor'), position, body: expect.any(Uint8Array) },
      });
      expect(new TextDecoder().decode(letter?.message.body)).toBe('{"id":"poor"}');
      expect(Math.abs((letter?.setAsideAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    it('sets aside at once what is terminated', async () => {
      const log = await fixture().open();
      const { seen, setAside } = await consuming(log, {}, async () => ({
        kind: 'terminate',
        reason: 'no such schema',
      }));
      await log.publish(message('blob.created.alice', 'a'));
      await expect.poll(() => log.deadLetters(), PATIENCE).toHaveLength(1);
      expect(await log.deadLetters()).toMatchObject([{ reason: 'no such schema', attempts: 1 }]);
      expect(setAside).toEqual(['a: no such schema']);
      expect(seen).toEqual(['a 1']);
    });

    it('lists the oldest dead letters first, and keeps them over a restart', async () => {
      const before = await fixture().open();
      await consuming(before, { maxInFlight: 1 }, async ({ id }) => ({ kind: 'terminate', reason: id }));
      for (const id of ['a', 'b', 'c']) await before.publish(message('blob.created.alice', id));
      await expect.poll(() => before.deadLetters(), PATIENCE).toHaveLength(3);
      await before.close();
      const after = await fixture().open();
      expect((await after.deadLetters({ limit: 2 })).map(({ reason }) => reason)).toEqual(['a', 'b']);
    });

    it('delivers again when the process died', async () => {
      const before = await fixture().open();
      const never = gate();
      const options = { ackWaitMs: 1_000 };
      const early = await consuming(before, options, async () => {
        await never.opened;
        return { kind: 'ack' };
      });
      await before.publish(message('blob.created.alice', 'a'));
      await expect.poll(() => early.seen, PATIENCE).toEqual(['a 1']);
      await fixture().kill(before);
      const late = await consuming(await fixture().open(), options);
      await expect.poll(() => late.seen, PATIENCE).toEqual(['a 2']);
    });

    it('sets aside, and says so, when the process died in the last delivery', async () => {
      const before = await fixture().open();
      const never = gate();
      const options = { ackWaitMs: 1_000, maxDeliver: 1 };
      const early = await consuming(before, options, async () => {
        await never.opened;
        return { kind: 'ack' };
      });
      await before.publish(message('blob.created.alice', 'a'));
      await expect.poll(() => early.seen, PATIENCE).toEqual(['a 1']);
      expect(early.deliveries[0]?.last).toBe(true);
      await fixture().kill(before);
      const log = await fixture().open();
      const late = await consuming(log, options);
      await expect.poll(() => late.setAside, PATIENCE).toEqual(['a: Not acknowledged in 1 delivery']);
      await expect.poll(() => log.deadLetters(), PATIENCE).toMatchObject([{ attempts: 1 }]);
      expect(late.seen).toEqual([]);
    });

    it('keeps the message until somebody has heard that it is set aside', async () => {
      const log = await fixture().open();
      const heard: string[] = [];
      await consuming(
        log,
        {
          maxDeliver: 1,
          onSetAside: async ({ id, attempt }, reason) => {
            heard.push(`${id} ${attempt}: ${reason}`);
            if (heard.length < 3) throw new Error('nobody there');
          },
        },
        async () => ({ kind: 'retry', reason: 'no model' }),
      );
      await log.publish(message('blob.created.alice', 'a'));
      await expect.poll(() => log.deadLetters(), PATIENCE).toHaveLength(1);
      expect(heard[0]).toBe('a 1: no model');
      expect(heard).toHaveLength(3);
    });
  });
}
