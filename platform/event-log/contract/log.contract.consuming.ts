import { describe, expect, it } from 'vitest';
import type { MessageHandler, Outcome } from '../consuming.ts';
import type { EventLog } from '../log.ts';
import { deadLettersContract } from './log.contract.dead-letters.ts';
import { failingContract } from './log.contract.failing.ts';
import { consuming, type EventLogFixture, gate, idsOf, message } from './log.contract.fixture.ts';

/** Long enough for a server to notice what only time tells. */
const PATIENCE = { timeout: 15_000 };

const publishAll = async (log: EventLog, ids: readonly string[], subject = 'blob.created.alice') => {
  for (const id of ids) await log.publish(message(subject, id));
};

/** Every adapter's contract for consuming. */
export function consumingContract(fixture: () => EventLogFixture): void {
  describe('consuming', () => {
    it('delivers what is kept, then what comes, each once', async () => {
      const log = await fixture().open();
      const { position } = await log.publish(message('blob.created.alice', 'a'));
      await publishAll(log, ['b', 'c']);
      const { seen, deliveries } = await consuming(log, {});
      await expect.poll(() => seen.length, PATIENCE).toBe(3);
      await publishAll(log, ['d', 'e']);
      await expect.poll(() => [...seen].sort(), PATIENCE).toEqual(['a 1', 'b 1', 'c 1', 'd 1', 'e 1']);
      const first = deliveries.find(({ id }) => id === 'a');
      expect(first).toMatchObject({ position, headers: { 'ce-id': 'a' }, attempt: 1, last: false });
      expect(new TextDecoder().decode(first?.body)).toBe('{"id":"a"}');
    });

    it('keeps the order for one worker', async () => {
      const log = await fixture().open();
      const ids = Array.from({ length: 40 }, (_, n) => `${n}`);
      const { deliveries } = await consuming(log, { maxInFlight: 1 });
      await publishAll(log, ids);
      await expect.poll(() => idsOf(deliveries), PATIENCE).toEqual(ids);
    });

    it('goes on after a restart with what was not acknowledged', async () => {
      const before = await fixture().open();
      await publishAll(before, ['a', 'b', 'c']);
      const early = await consuming(before, {});
      await expect.poll(() => early.seen.length, PATIENCE).toBe(3);
      await early.consumption.stop();
      await publishAll(before, ['d']);
      await before.close();
      const after = await fixture().open();
      const late = await consuming(after, {});
      await publishAll(after, ['e']);
      await expect.poll(() => [...late.seen].sort(), PATIENCE).toEqual(['d 1', 'e 1']);
    });

    it('filters subjects', async () => {
      const log = await fixture().open();
      const created = await consuming(log, { durable: 'created', subjects: ['blob.created.*'] });
      const several = await consuming(log, { durable: 'several', subjects: ['blob.failed.>', 'blob.*.bob'] });
      await publishAll(log, ['a'], 'blob.created.alice');
      await publishAll(log, ['b'], 'blob.failed.alice');
      await publishAll(log, ['c'], 'blob.deleted.bob');
      await publishAll(log, ['d'], 'blob.deleted.alice');
      await publishAll(log, ['e'], 'blob.created.carol');
      await expect.poll(() => [...created.seen].sort(), PATIENCE).toEqual(['a 1', 'e 1']);
      await expect.poll(() => [...several.seen].sort(), PATIENCE).toEqual(['b 1', 'c 1']);
    });

    it('gives every durable everything', async () => {
      const log = await fixture().open();
      const [one, other] = [
        await consuming(log, { durable: 'one' }),
        await consuming(log, { durable: 'other' }),
      ];
      await publishAll(log, ['a', 'b', 'c']);
      await expect.poll(() => [...one.seen].sort(), PATIENCE).toEqual(['a 1', 'b 1', 'c 1']);
      await expect.poll(() => [...other.seen].sort(), PATIENCE).toEqual(['a 1', 'b 1', 'c 1']);
    });

    it('shares the messages of one durable between those that consume it', async () => {
      const log = await fixture().open();
      const peer = await fixture().peer(log);
      const both = gate();
      const handler = async () => {
        await both.opened;
        return { kind: 'ack' } as const;
      };
      const first = await consuming(log, { maxInFlight: 1 }, handler);
      const second = await consuming(peer, { maxInFlight: 1 }, handler);
      const ids = Array.from({ length: 20 }, (_, n) => `${n}`);
      await publishAll(log, ids);
      await expect.poll(() => [first.seen.length, second.seen.length], PATIENCE).toEqual([1, 1]);
      both.open();
      await expect.poll(() => [...first.deliveries, ...second.deliveries].length, PATIENCE).toBe(ids.length);
      expect(new Set(idsOf([...first.deliveries, ...second.deliveries])).size).toBe(ids.length);
    });

    it('has no more in work than it may, and works at that many', async () => {
      const log = await fixture().open();
      let inWork = 0;
      let most = 0;
      const three = gate();
      const { seen } = await consuming(log, { maxInFlight: 3 }, async () => {
        most = Math.max(most, ++inWork);
        if (inWork === 3) three.open();
        await three.opened;
        await new Promise(setImmediate);
        inWork--;
        return { kind: 'ack' };
      });
      await publishAll(
        log,
        Array.from({ length: 20 }, (_, n) => `${n}`),
      );
      await expect.poll(() => seen.length, PATIENCE).toBe(20);
      expect(most).toBe(3);
    });

    it('gives the place of what is parked to others, and takes no more than its places again', async () => {
      const log = await fixture().open();
      const [failing, working] = [gate(), gate()];
      let atWork = 0;
      let most = 0;
      const { seen, deliveries } = await consuming(log, { maxInFlight: 2 }, async ({ id, park }) => {
        if (id.startsWith('failing')) await park(() => park(() => failing.opened));
        most = Math.max(most, ++atWork);
        if (!id.startsWith('failing')) await working.opened;
        atWork--;
        return { kind: 'ack' };
      });
      await publishAll(log, ['failing-1', 'failing-2', 'failing-3']);
      await expect.poll(() => seen.length, PATIENCE).toBe(3);
      await publishAll(log, ['a', 'b', 'c', 'd']);
      await expect.poll(() => idsOf(deliveries).slice(3), PATIENCE).toEqual(['a', 'b']);
      failing.open();
      await expect.poll(() => log.waiting('worker'), PATIENCE).toBe(4);
      expect(idsOf(deliveries).slice(3)).toEqual(['a', 'b']);
      working.open();
      await expect.poll(() => log.waiting('worker'), PATIENCE).toBe(0);
      expect(most).toBeLessThanOrEqual(5);
      expect(seen.length).toBe(7);
    });

    it('keeps hold of what is parked, and hands it back when it stops', async () => {
      const log = await fixture().open();
      const never = gate();
      const options = { maxInFlight: 1, ackWaitMs: 1_000 };
      const { seen, consumption } = await consuming(log, options, async ({ park, working }) => {
        const signs = setInterval(working, 200);
        await park(() => never.opened);
        clearInterval(signs);
        return { kind: 'ack' };
      });
      await publishAll(log, ['a']);
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1']);
      await consumption.stop(0);
      const next = await consuming(log, options);
      await expect.poll(() => next.seen, PATIENCE).toEqual(['a 2']);
      never.open();
    });

    it('delivers again what was not acknowledged in time', async () => {
      const log = await fixture().open();
      const never = gate();
      const { seen } = await consuming(log, { ackWaitMs: 1_000 }, async ({ attempt }) => {
        if (attempt === 1) await never.opened;
        return { kind: 'ack' };
      });
      await publishAll(log, ['a']);
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1', 'a 2']);
      never.open();
      await publishAll(log, ['b']);
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1', 'a 2', 'b 1']);
    });

    it('waits longer for work that goes on', async () => {
      const log = await fixture().open();
      const ackWaitMs = 800;
      let done = 0;
      const { seen } = await consuming(log, { ackWaitMs }, async ({ working }) => {
        const started = performance.now();
        await new Promise<void>((resolve) => {
          const timer = setInterval(() => {
            working();
            if (performance.now() - started < 3 * ackWaitMs) return;
            clearInterval(timer);
            done++;
            resolve();
          }, 100);
        });
        return { kind: 'ack' };
      });
      await publishAll(log, ['a', 'b']);
      await expect.poll(() => done, PATIENCE).toBe(2);
      expect([...seen].sort()).toEqual(['a 1', 'b 1']);
    });

    it('counts what is not acknowledged: not delivered, in work, and waiting for its backoff', async () => {
      const log = await fixture().open();
      expect(await log.waiting('worker')).toBe(0);
      const [failing, working] = [gate(), gate()];
      const options = { maxInFlight: 2, subjects: ['blob.created.*'], backoffMs: [60_000] };
      const { seen, consumption } = await consuming(log, options, async ({ id }) => {
        if (id === 'a') await failing.opened;
        if (id === 'a') return { kind: 'retry' };
        await working.opened;
        return { kind: 'ack' };
      });
      await publishAll(log, ['a', 'b', 'c']);
      await publishAll(log, ['other'], 'blob.failed.alice');
      await log.publishTo('worker', message('blob.failed.alice', 'addressed'));
      await expect.poll(() => [...seen].sort(), PATIENCE).toEqual(['a 1', 'b 1']);
      await expect.poll(() => log.waiting('worker'), PATIENCE).toBe(4);
      expect(await log.waiting('other')).toBe(0);
      working.open();
      failing.open();
      await expect.poll(() => log.waiting('worker'), PATIENCE).toBe(1);
      await consumption.stop();
      await publishAll(log, ['d']);
      await expect.poll(() => log.waiting('worker'), PATIENCE).toBe(2);
    });

    it('refuses names and filters that are none', async () => {
      const log = await fixture().open();
      await expect(consuming(log, { durable: 'a.b' })).rejects.toThrow(TypeError);
      await expect(consuming(log, { durable: '' })).rejects.toThrow(TypeError);
      await expect(consuming(log, { subjects: [] })).rejects.toThrow(TypeError);
      await expect(consuming(log, { subjects: ['blob.>.a'] })).rejects.toThrow(TypeError);
    });
  });

  versionsContract(fixture);
  stoppingContract(fixture);
  failingContract(fixture);
  deadLettersContract(fixture);
}

function versionsContract(fixture: () => EventLogFixture): void {
  describe('two versions that consume under one name', () => {
    const created = ['blob.created.*'];
    const both = ['blob.created.*', 'blob.indexed.*'];

    it('take nothing from each other: what one asks for stays asked for', async () => {
      const log = await fixture().open();
      const later = await consuming(log, { subjects: both, maxInFlight: 1 });
      const earlier = await consuming(await fixture().peer(log), { subjects: created, maxInFlight: 1 });
      await earlier.consumption.stop();
      await publishAll(log, ['i'], 'blob.indexed.alice');
      await publishAll(log, ['c']);
      await expect.poll(() => [...later.seen].sort(), PATIENCE).toEqual(['c 1', 'i 1']);
    });

    it('widen what is asked for, also to one filter in place of several', async () => {
      const log = await fixture().open();
      const earlier = await consuming(log, { subjects: created });
      await earlier.consumption.stop();
      await (await consuming(log, { subjects: both })).consumption.stop();
      const later = await consuming(log, { subjects: ['blob.>'] });
      await publishAll(log, ['d'], 'blob.deleted.alice');
      await publishAll(log, ['i'], 'blob.indexed.alice');
      await expect.poll(() => [...later.seen].sort(), PATIENCE).toEqual(['d 1', 'i 1']);
    });

    it('pass on what is the other’s, which counts as no delivery', async () => {
      const log = await fixture().open();
      const options = { maxInFlight: 2, maxDeliver: 1, passMs: 20 };
      const handler: MessageHandler = async ({ subject }) => ({
        kind: subject.startsWith('blob.created') ? 'ack' : 'pass',
      });
      const earlier = await consuming(await fixture().peer(log), { ...options, subjects: created }, handler);
      // Asks for both, and goes: nobody takes what is indexed until it is back.
      const asking = await consuming(log, { ...options, subjects: both }, handler);
      await asking.consumption.stop();
      await publishAll(log, ['i'], 'blob.indexed.alice');
      await expect.poll(() => earlier.seen.length, PATIENCE).toBeGreaterThan(2);
      const later = await consuming(log, { ...options, subjects: both });
      await expect.poll(() => later.seen, PATIENCE).toEqual(['i 1']);
      await expect.poll(() => log.waiting('worker'), PATIENCE).toBe(0);
      expect(new Set(earlier.seen)).toEqual(new Set(['i 1']));
      expect(later.deliveries[0]).toMatchObject({ subject: 'blob.indexed.alice', headers: { 'ce-id': 'i' } });
      expect(await log.deadLetters()).toEqual([]);
    });

    it('count deliveries on over a pass', async () => {
      const log = await fixture().open();
      const outcomes: Outcome['kind'][] = ['retry', 'pass', 'pass', 'ack'];
      const { seen, deliveries } = await consuming(log, { subjects: both, passMs: 20 }, async () => {
        const kind = outcomes.shift() ?? 'ack';
        return kind === 'terminate' ? { kind, reason: '' } : { kind };
      });
      await publishAll(log, ['i'], 'blob.indexed.alice');
      await expect.poll(() => seen, PATIENCE).toEqual(['i 1', 'i 2', 'i 2', 'i 2']);
      expect(deliveries.map(({ earlierAttempts, last }) => [earlierAttempts, last])).toEqual(
        Array.from({ length: 4 }, () => [0, false]),
      );
    });

    it('pass on also when they are stopped meanwhile', async () => {
      const log = await fixture().open();
      const options = { subjects: both, passMs: 2_000, ackWaitMs: 60_000 };
      const earlier = await consuming(await fixture().peer(log), options, async () => ({ kind: 'pass' }));
      await publishAll(log, ['i'], 'blob.indexed.alice');
      await expect.poll(() => earlier.seen, PATIENCE).toEqual(['i 1']);
      await earlier.consumption.stop();
      const later = await consuming(log, options);
      await expect.poll(() => later.seen, PATIENCE).toEqual(['i 1']);
      await expect.poll(() => log.waiting('worker'), PATIENCE).toBe(0);
    });

    it('set aside what none of them takes, while others are not delayed', async () => {
      const log = await fixture().open();
      const options = { maxInFlight: 1, maxDeliver: 1, passMs: 300, maxPasses: 2, subjects: both };
      const { seen, setAside } = await consuming(log, options, async ({ subject }) => ({
        kind: subject.startsWith('blob.created') ? 'ack' : 'pass',
      }));
      await publishAll(log, ['i'], 'blob.indexed.alice');
      await expect.poll(() => seen, PATIENCE).toEqual(['i 1']);
      await publishAll(log, ['c']);
      await expect
        .poll(() => setAside, PATIENCE)
        .toEqual(['i: No process takes it: it was passed on 2 times']);
      expect(seen).toEqual(['i 1', 'c 1', 'i 1', 'i 1']);
      const [letter] = await log.deadLetters();
      expect(letter).toMatchObject({ durable: 'worker', attempts: 1, message: { id: 'i' } });
    });
  });
}

function stoppingContract(fixture: () => EventLogFixture): void {
  describe('stopping a consumption', () => {
    it('waits for what is in work, and takes no more', async () => {
      const log = await fixture().open();
      const done = gate();
      const early = await consuming(log, { maxInFlight: 1 }, async ({ signal }) => {
        await done.opened;
        return signal.aborted ? { kind: 'ack' } : { kind: 'terminate', reason: 'not told of the stop' };
      });
      await publishAll(log, ['a', 'b']);
      await expect.poll(() => early.seen, PATIENCE).toEqual(['a 1']);
      const stopped = early.consumption.stop(10_000);
      done.open();
      await stopped;
      const late = await consuming(log, {});
      await expect.poll(() => late.seen, PATIENCE).toEqual(['b 1']);
      expect(early.seen).toEqual(['a 1']);
      expect(await log.deadLetters()).toEqual([]);
    });

    it('hands back at once what is not done in time', async () => {
      const log = await fixture().open();
      const never = gate();
      const early = await consuming(log, { ackWaitMs: 60_000 }, async () => {
        await never.opened;
        return { kind: 'ack' };
      });
      await publishAll(log, ['a', 'b']);
      await expect.poll(() => early.seen.length, PATIENCE).toBe(2);
      await early.consumption.stop(50);
      const late = await consuming(log, { ackWaitMs: 60_000 });
      await expect.poll(() => [...late.seen].sort(), PATIENCE).toEqual(['a 2', 'b 2']);
      never.open();
    });

    it('hands on without backoff what a handler gives up because of it', async () => {
      const log = await fixture().open();
      const options = { maxInFlight: 1, maxDeliver: 2, backoffMs: [60_000] };
      const early = await consuming(log, options, ({ signal }) => {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopping')));
        });
      });
      await publishAll(log, ['a']);
      await expect.poll(() => early.seen, PATIENCE).toEqual(['a 1']);
      await early.consumption.stop();
      const late = await consuming(log, options);
      await expect.poll(() => late.seen, PATIENCE).toEqual(['a 2']);
      expect(await log.deadLetters()).toEqual([]);
    });

    it('ends with the log: what was in work comes again after a restart', async () => {
      const before = await fixture().open();
      const never = gate();
      const options = { ackWaitMs: 60_000 };
      const early = await consuming(before, options, async () => {
        await never.opened;
        return { kind: 'ack' };
      });
      await publishAll(before, ['a']);
      await expect.poll(() => early.seen, PATIENCE).toEqual(['a 1']);
      await before.close();
      const late = await consuming(await fixture().open(), options);
      await expect.poll(() => late.seen, PATIENCE).toEqual(['a 2']);
      never.open();
    });
  });
}
