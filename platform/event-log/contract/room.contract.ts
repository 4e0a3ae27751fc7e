import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cut } from '../consuming.ts';
import { PositionGone } from '../errors.ts';
import type { EventLog } from '../log.ts';
import {
  collect,
  consuming,
  deliveredAfter,
  type EventLogFixture,
  gate,
  idsOf,
  message,
} from './log.contract.fixture.ts';

/** Long enough for a server to notice what only time tells. */
const PATIENCE = { timeout: 120_000 };
/** Of a test that sends a log's content many times over, on a machine that has other work. */
const LONG = { timeout: 600_000 };
const SMALL = { maxMessages: 2_000 };

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`);

/** Publishes as fast as the log takes it, and `follower` keeps up; what is refused rejects. */
async function publishAll(log: EventLog, ids: readonly string[], follower?: { readonly seen: string[] }) {
  const before = follower?.seen.length ?? 0;
  for (let at = 0; at < ids.length; at += 100) {
    await Promise.all(ids.slice(at, at + 100).map((id) => log.publish(message('blob.created.alice', id))));
    if (follower)
      await expect
        .poll(() => follower.seen.length, { ...PATIENCE, interval: 2 })
        .toBeGreaterThan(before + at - 400);
  }
}

/** Hears of cuts, and notes them. */
function hearing() {
  const cuts: Cut[] = [];
  return {
    cuts,
    onCut: async (cut: Cut) => {
      cuts.push(cut);
    },
  };
}

const usageOf = async (log: EventLog, durable: string) =>
  (await log.usage()).durables.find((usage) => usage.durable === durable);

/** Consumes under a name, and stops: what comes then is not acknowledged. */
async function leave(log: EventLog, durable: string, subjects = ['blob.>']) {
  const { consumption } = await consuming(log, { durable, subjects });
  await consumption.stop();
}

/** Every adapter's contract for the log's room, and for durables that lag. `makeFixture` is called for every test. */
export function roomContract(makeFixture: () => Promise<EventLogFixture>): void {
  describe('with little room', LONG, () => {
    let fixture: EventLogFixture;
    beforeEach(async () => {
      fixture = await makeFixture();
    });
    afterEach(async () => {
      await fixture.close();
    });

    makingRoomContract(() => fixture);
    cutContract(() => fixture);
    lettersContract(() => fixture);
  });
}

function makingRoomContract(fixture: () => EventLogFixture): void {
  describe('room', () => {
    it('is made by what all have acknowledged: 20,000 messages go through a log of 2,000', async () => {
      const log = await fixture().open({ retention: SMALL });
      const start = await log.head();
      const ids = numbered(0, 20_000);
      const [never, lagging, live] = [hearing(), hearing(), hearing()];
      // Matches nothing: it acknowledges nothing either.
      await consuming(log, { durable: 'idle', subjects: ['blob.deleted.*'], ...never });
      await leave(log, 'gone');
      const busy = await consuming(log, { durable: 'busy', maxInFlight: 64, ...live });
      await publishAll(log, ids.slice(0, 19_100), busy);
      await expect.poll(() => busy.seen.length, PATIENCE).toBe(19_100);
      // Lags from here on, within the newest half.
      const late = await consuming(log, { durable: 'late', maxInFlight: 64, ...lagging });
      await expect.poll(() => usageOf(log, 'late'), PATIENCE).toMatchObject({ waiting: 0, cut: null });
      await late.consumption.stop();
      await publishAll(log, ids.slice(19_100), busy);
      await expect.poll(() => busy.seen.length, PATIENCE).toBe(20_000);

      expect(new Set(idsOf(busy.deliveries)).size).toBe(20_000);
      expect([never.cuts, live.cuts]).toEqual([[], []]);
      const back = await consuming(log, { durable: 'late', maxInFlight: 64, ...lagging });
      await expect.poll(() => back.seen.length, PATIENCE).toBe(900);
      expect(
        idsOf(back.deliveries)
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual(numbered(19_100, 20_000).map(Number));
      await expect(log.read({ subjects: ['blob.>'], after: start }).next()).rejects.toThrow(PositionGone);
      // The newest half is there for whoever reads on.
      const after = { ...start, sequence: (await log.head()).sequence - 1_000 };
      expect(idsOf(await collect(log.read({ subjects: ['blob.>'], after }), 1_000))).toEqual(
        numbered(19_000, 20_000),
      );
      const heard = hearing();
      const gone = await consuming(log, { durable: 'gone', maxInFlight: 64, ...heard });
      await expect.poll(() => heard.cuts.length, PATIENCE).toBeGreaterThan(0);
      await expect.poll(() => usageOf(log, 'gone'), PATIENCE).toMatchObject({ waiting: 0, cut: null });
      // Where room was still being made when it came, it is cut off again; all that was lost is what the last cut told of.
      for (const cut of heard.cuts) expect(cut).toMatchObject({ durable: 'gone', cause: 'lagged' });
      const lost = heard.cuts.at(-1)?.through.sequence ?? 0;
      expect(deliveredAfter(lost, gone.deliveries)).toBe((await log.head()).sequence - lost);
    });

    it('has its limit in bytes, too', async () => {
      const log = await fixture().open({ retention: { maxBytes: 1024 ** 2 } });
      const body = new Uint8Array(4_000);
      for (let n = 0; n < 1_000; n++) await log.publish({ ...message('blob.created.alice', `${n}`), body });
      const { log: fill } = await log.usage();
      expect(fill.bytes).toBeLessThanOrEqual(fill.maxBytes);
      expect(fill.bytes).toBeGreaterThan(fill.maxBytes / 4);
    });

    it('is made where nobody consumes', async () => {
      const log = await fixture().open({ retention: { maxMessages: 3 } });
      for (const id of numbered(0, 30)) await log.publish(message('blob.created.alice', id));
      // At once, they come in any order: those that found no room are sent again.
      await publishAll(log, numbered(30, 35));
      await log.publish(message('blob.created.alice', '35'));
      const after = { ...(await log.head()), sequence: (await log.head()).sequence - 1 };
      expect(idsOf(await collect(log.read({ subjects: ['blob.>'], after }), 1))).toEqual(['35']);
    });

    it('is not made by age from what is not acknowledged', async () => {
      const log = await fixture().open({ dedupWindowMs: 100, retention: { maxAgeMs: 1_000 } });
      const start = await log.head();
      const held = gate();
      await leave(log, 'away');
      const { seen } = await consuming(log, { durable: 'worker' }, async ({ id }) => {
        if (id === '5') await held.opened;
        return { kind: 'ack' };
      });
      await publishAll(log, numbered(0, 10));
      await expect.poll(() => seen.length, PATIENCE).toBe(10);
      let probes = 0;
      /** Nothing is removed before there is something to look for. */
      const old = async () => {
        await log.publish(message('blob.failed.bob', `probe-${probes++}`));
        const reader = log.read({ subjects: ['blob.>'], after: start });
        return reader.next().then(
          ({ value }) => value?.id ?? null,
          () => 'gone',
        );
      };
      await fixture().expire('age');
      for (let n = 0; n < 3; n++) expect(await old()).toBe('0');
      const away = await consuming(log, { durable: 'away' });
      await expect.poll(old, PATIENCE).toBe('gone');
      // What the other has in work is still there.
      const after = { ...start, sequence: start.sequence + 5 };
      const [kept] = await collect(log.read({ subjects: ['blob.created.*'], after }), 1);
      expect(kept?.id).toBe('5');
      held.open();
      await expect
        .poll(async () => {
          await old();
          return log
            .read({ subjects: ['blob.>'], after })
            .next()
            .catch((error: unknown) => error);
        }, PATIENCE)
        .toBeInstanceOf(PositionGone);
      expect(away.deliveries.filter(({ subject }) => subject === 'blob.created.alice')).toHaveLength(10);
    });
  });
}

function cutContract(fixture: () => EventLogFixture): void {
  describe('a durable that is cut', () => {
    it('is told until it has heard, over a restart, and is kept for again', async () => {
      const before = await fixture().open({ retention: SMALL });
      await leave(before, 'worker');
      await publishAll(before, numbered(0, 3_000));
      await before.close();
      const log = await fixture().open({ retention: SMALL });
      expect(await log.problems()).toEqual([expect.stringContaining('consumer worker was cut')]);
      const heard: Cut[] = [];
      const { consumption } = await consuming(log, {
        maxInFlight: 64,
        onCut: async (cut) => {
          heard.push(cut);
          if (heard.length === 1) throw new Error('not now');
        },
      });
      await expect.poll(() => heard.length, PATIENCE).toBe(2);
      expect(heard[0]).toEqual(heard[1]);
      await expect.poll(() => usageOf(log, 'worker'), PATIENCE).toMatchObject({ waiting: 0, cut: null });
      expect(await log.problems()).toEqual([]);
      await consumption.stop();
      // Once it has heard it lags anew before it is cut.
      await publishAll(log, numbered(3_000, 3_900));
      expect(await usageOf(log, 'worker')).toMatchObject({ waiting: 900, cut: null });
      await publishAll(log, numbered(3_900, 6_000));
      expect((await usageOf(log, 'worker'))?.cut).toMatchObject({ cause: 'lagged' });
    });

    it('hears of it also while it consumes', async () => {
      const log = await fixture().open({ retention: SMALL });
      const never = gate();
      const { cuts, onCut } = hearing();
      const options = { maxInFlight: 1, ackWaitMs: 60_000, onCut };
      const { seen, deliveries } = await consuming(log, options, async ({ id }) => {
        if (id === '0') await never.opened;
        return { kind: 'ack' };
      });
      await expect.poll(() => usageOf(log, 'worker'), PATIENCE).toMatchObject({ cut: null });
      await publishAll(log, numbered(0, 3_000));
      await expect.poll(() => cuts.length, PATIENCE).toBeGreaterThan(0);
      await expect.poll(() => usageOf(log, 'worker'), PATIENCE).toMatchObject({ cut: null });
      expect(cuts.at(-1)).toMatchObject({ durable: 'worker', cause: 'lagged' });
      const lost = cuts.at(-1)?.through.sequence ?? 0;
      never.open();
      await publishAll(log, ['last']);
      await expect.poll(() => seen, PATIENCE).toContain('last 1');
      expect(deliveredAfter(lost, deliveries)).toBe((await log.head()).sequence - lost);
    });

    it('is told by name when it lags, well before', async () => {
      const log = await fixture().open({ retention: SMALL });
      await leave(log, 'worker');
      await publishAll(log, numbered(0, 600));
      expect(await log.problems()).toEqual([]);
      await publishAll(log, numbered(600, 900));
      expect(await log.problems()).toEqual([
        expect.stringMatching(/^consumer worker lags by 45 % of the log/),
      ]);
    });

    it('hears of what it may lack when it is made anew', async () => {
      const log = await fixture().open({ retention: SMALL });
      const fresh = hearing();
      const first = await consuming(log, { durable: 'first', maxInFlight: 64, ...fresh });
      await publishAll(log, numbered(0, 3_000), first);
      const { cuts, onCut } = hearing();
      await consuming(log, { durable: 'second', maxInFlight: 64, onCut });
      await expect.poll(() => cuts, PATIENCE).toMatchObject([{ durable: 'second', cause: 'made' }]);
      await expect.poll(() => usageOf(log, 'second'), PATIENCE).toMatchObject({ waiting: 0, cut: null });
      expect(fresh.cuts).toEqual([]);
    });

    it('may be asked for, as of one that is paused', async () => {
      const log = await fixture().open({ dedupWindowMs: 100, retention: { ...SMALL, maxAgeMs: 1_000 } });
      expect(await log.cutDurable('worker')).toBe(false);
      const start = await log.head();
      await leave(log, 'worker');
      expect(await log.cutDurable('worker')).toBe(true);
      expect(await log.problems()).toEqual([]);
      await publishAll(log, numbered(0, 10));
      await fixture().expire('age');
      // Nothing is kept for it.
      let probes = 0;
      await expect
        .poll(async () => {
          await log.publish(message('blob.failed.bob', `probe-${probes++}`));
          return log
            .read({ subjects: ['blob.>'], after: start })
            .next()
            .catch((error: unknown) => error);
        }, PATIENCE)
        .toBeInstanceOf(PositionGone);
      const { cuts, onCut } = hearing();
      await consuming(log, { onCut });
      await expect.poll(() => cuts, PATIENCE).toMatchObject([{ durable: 'worker', cause: 'asked' }]);
      expect(cuts[0]?.through.sequence).toBeGreaterThanOrEqual(start.sequence + 10);
    });

    it('is removed for good, with what was for it alone', async () => {
      const log = await fixture().open();
      await leave(log, 'worker');
      await leave(log, 'other');
      await log.publish(message('blob.created.alice', 'a'));
      await log.publishTo('worker', message('blob.created.alice', 'for-worker'));
      await log.publishTo('other', message('blob.created.alice', 'for-other'));
      expect(await log.removeDurable('worker')).toBe(true);
      expect(await log.removeDurable('worker')).toBe(false);
      expect((await log.usage()).durables.map(({ durable }) => durable)).toEqual(['other']);
      const other = await consuming(log, { durable: 'other' });
      await expect.poll(() => [...other.seen].sort(), PATIENCE).toEqual(['a 1', 'for-other 1']);
      const { seen } = await consuming(log, {});
      await log.publish(message('blob.created.alice', 'b'));
      await expect.poll(() => [...seen].sort(), PATIENCE).toEqual(['a 1', 'b 1']);
    });
  });
}

function lettersContract(fixture: () => EventLogFixture): void {
  describe('dead letters that fill their room', () => {
    it('keep no consumer from its work: the oldest go, and are counted', async () => {
      const log = await fixture().open({ retention: { maxMessages: 40 } });
      const { setAside } = await consuming(log, { maxInFlight: 1 }, async ({ id }) => ({
        kind: 'terminate',
        reason: `no ${id}`,
      }));
      for (const id of numbered(0, 100)) {
        await log.publish(message('blob.created.alice', id));
        await expect.poll(() => log.waiting('worker'), { ...PATIENCE, interval: 2 }).toBe(0);
      }
      expect(setAside).toHaveLength(100);
      await expect.poll(async () => (await log.deadLetters()).at(-1)?.reason, PATIENCE).toBe('no 99');
      await expect.poll(async () => (await log.deadLetters()).length, PATIENCE).toBeLessThanOrEqual(40);
      const letters = await log.deadLetters();
      expect(letters.length).toBeGreaterThan(20);
      const usage = await log.usage();
      expect(usage.deadLetters.messages).toBe(letters.length);
      expect(usage.lettersDropped).toBe(100 - letters.length);
    });
  });
}
