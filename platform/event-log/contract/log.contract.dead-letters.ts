import { describe, expect, it } from 'vitest';
import type { MessageHandler } from '../consuming.ts';
import type { EventLog } from '../log.ts';
import { collect, consuming, type EventLogFixture, gate, idsOf, message } from './log.contract.fixture.ts';

/** Long enough for a server to notice what only time tells. */
const PATIENCE = { timeout: 15_000 };

const terminate: MessageHandler = async ({ id }) => ({ kind: 'terminate', reason: `no ${id}` });

const reasons = async (log: EventLog, page = {}) =>
  (await log.deadLetters(page)).map(({ reason }) => reason).sort();

/** Sets messages aside, one after the other, and consumes no more. */
async function setAside(log: EventLog, ...ids: string[]) {
  const { consumption } = await consuming(log, { maxInFlight: 1 }, terminate);
  for (const id of ids) await log.publish(message('blob.created.alice', id));
  await expect.poll(() => log.deadLetters(), PATIENCE).toHaveLength(ids.length);
  await consumption.stop();
  return log.deadLetters();
}

/** Every adapter's contract for dead letters. */
export function deadLettersContract(fixture: () => EventLogFixture): void {
  describe('dead letters', () => {
    it('are listed by pages, and found by their ids', async () => {
      const log = await fixture().open();
      const letters = await setAside(log, 'a', 'b', 'c');
      expect(letters.map(({ reason }) => reason)).toEqual(['no a', 'no b', 'no c']);
      const [first, second, third] = letters;
      expect(await log.deadLetters({ limit: 2 })).toEqual([first, second]);
      expect(await log.deadLetters({ limit: 2, after: second?.place ?? 0 })).toEqual([third]);
      expect(await log.deadLetters({ after: third?.place ?? 0 })).toEqual([]);
      expect(await log.deadLetter(second?.id ?? '')).toEqual(second);
      for (const id of ['', 'none', '*', '0123456789abcdef01234567'])
        expect(await log.deadLetter(id)).toBeNull();
    });

    it('are dropped one by one', async () => {
      const log = await fixture().open();
      const [first, second, third] = await setAside(log, 'a', 'b', 'c');
      expect(await log.dropDeadLetter(third?.id ?? '')).toBe(true);
      expect(await log.dropDeadLetter(third?.id ?? '')).toBe(false);
      expect(await log.deadLetter(third?.id ?? '')).toBeNull();
      expect(await log.deadLetters({ after: second?.place ?? 0 })).toEqual([]);
      expect(await log.dropDeadLetter(first?.id ?? '')).toBe(true);
      expect(await log.deadLetters()).toEqual([second]);
      expect(await log.dropDeadLetter('none')).toBe(false);
    });

    it('are replayed to the consumer that gave them up, and to nobody else', async () => {
      const log = await fixture().open();
      const start = await log.head();
      const others = await consuming(log, { durable: 'other' });
      const [letter] = await setAside(log, 'a');
      const { deliveries, seen } = await consuming(log, { maxDeliver: 2 }, async ({ attempt }) =>
        attempt === 1 ? { kind: 'retry' } : { kind: 'ack' },
      );
      expect(await log.replayDeadLetter(letter?.id ?? '')).toBe(true);
      await log.publish(message('blob.created.alice', 'b'));
      await expect.poll(() => [...seen].sort(), PATIENCE).toEqual(['a 1', 'a 2', 'b 1', 'b 2']);
      await expect.poll(() => others.seen, PATIENCE).toEqual(['a 1', 'b 1']);
      const again = deliveries.find(({ id }) => id === 'a');
      expect(again).toMatchObject({ subject: 'blob.created.alice', headers: { 'ce-id': 'a' } });
      expect(again).toMatchObject({ earlierAttempts: 1, attempt: 1, last: false });
      expect(again?.headers).toEqual(letter?.message.headers);
      expect(new TextDecoder().decode(again?.body)).toBe('{"id":"a"}');
      expect(idsOf(await collect(log.read({ subjects: ['blob.>'], after: start }), 2))).toEqual(['a', 'b']);
      expect(await log.deadLetters()).toEqual([]);
      expect(await log.replayDeadLetter(letter?.id ?? '')).toBe(false);
    });

    it('are not lost when a replay is cut short, and one that is made twice is delivered once', async () => {
      const log = await fixture().open();
      const peer = await fixture().peer(log);
      const [letter] = await setAside(log, 'a');
      const id = letter?.id ?? '';
      const both = await Promise.all([log.replayDeadLetter(id), peer.replayDeadLetter(id)]);
      expect(both).toContain(true);
      expect(await log.deadLetters()).toEqual([]);
      const { seen } = await consuming(log, {});
      await log.publish(message('blob.created.alice', 'b'));
      await expect.poll(() => [...seen].sort(), PATIENCE).toEqual(['a 1', 'b 1']);
    });

    it('are set aside anew when they fail again, with all their attempts', async () => {
      const log = await fixture().open();
      const [letter] = await setAside(log, 'a');
      await log.replayDeadLetter(letter?.id ?? '');
      const { setAside: heard } = await consuming(log, { maxDeliver: 2 }, async () => ({
        kind: 'retry',
        reason: 'still no',
      }));
      await expect.poll(() => reasons(log), PATIENCE).toEqual(['still no']);
      const [again] = await log.deadLetters();
      expect(again).toMatchObject({ attempts: 3, message: { id: 'a', subject: 'blob.created.alice' } });
      expect(again?.id).not.toBe(letter?.id);
      expect(heard).toEqual(['a: still no']);
    });

    it('outlive the messages that they were made of', async () => {
      const before = await fixture().open();
      const [letter] = await setAside(before, 'a');
      await fixture().expire();
      expect(await before.deadLetter(letter?.id ?? '')).toEqual(letter);
      expect(await before.replayDeadLetter(letter?.id ?? '')).toBe(true);
      const { seen } = await consuming(before, {});
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1']);
    });

    it('share their way back with what is sent to one consumer', async () => {
      const log = await fixture().open();
      const start = await log.head();
      const other = await consuming(log, { durable: 'other' });
      const { deliveries } = await consuming(log, { subjects: ['blob.failed.*'] });
      const sent = message('blob.created.alice', 'a');
      const first = await log.publishTo('worker', sent);
      expect(await log.publishTo('worker', sent)).toEqual({ ...first, duplicate: true });
      await log.publish(message('blob.created.alice', 'b'));
      await expect.poll(() => idsOf(deliveries), PATIENCE).toEqual(['a']);
      expect(deliveries[0]).toMatchObject({ subject: 'blob.created.alice', attempt: 1, earlierAttempts: 0 });
      await expect.poll(() => other.seen, PATIENCE).toEqual(['b 1']);
      expect(idsOf(await collect(log.read({ subjects: ['blob.>'], after: start }), 1))).toEqual(['b']);
      expect(await log.problems()).toEqual([]);
    });

    it('are written by another process when the one that was to write them is dead', async () => {
      const before = await fixture().open();
      const never = gate();
      const dying = await consuming(
        before,
        { ackWaitMs: 1_000, onSetAside: async () => never.opened },
        terminate,
      );
      await before.publish(message('blob.created.alice', 'a'));
      await expect.poll(() => dying.seen, PATIENCE).toEqual(['a 1']);
      await fixture().kill(before);
      const log = await fixture().open();
      const late = await consuming(log, { ackWaitMs: 1_000 }, terminate);
      await expect.poll(() => reasons(log), PATIENCE).toEqual(['no a']);
      expect(late.setAside).toEqual(['a: no a']);
    });
  });
}
