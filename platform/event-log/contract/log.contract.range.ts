import { describe, expect, it } from 'vitest';
import { EpochGone, EventLogUnavailable, PositionGone } from '../errors.ts';
import type { EventLog } from '../log.ts';
import type { LoggedMessage, Position } from '../message.ts';
import { collect, type EventLogFixture, idsOf, message } from './log.contract.fixture.ts';

const ALICE = ['blob.created.alice', 'blob.indexed.alice', 'blob.failed.alice', 'blob.deleted.alice'];

/** Publishes `<kind>.<user>` each, e.g. `created.alice`, by ids that count up. */
async function publish(log: EventLog, ...subjects: readonly string[]): Promise<number[]> {
  const { sequence } = await log.head();
  const acks = subjects.map((each, n) => log.publish(message(`blob.${each}`, `${sequence + n + 1}`)));
  return (await Promise.all(acks)).map(({ position }) => position.sequence);
}

/** How a log answers {@link EventLog.range}. */
export function rangeContract(fixture: () => EventLogFixture): void {
  describe('reading a range', () => {
    it('gives what is on the subjects between two positions, in order, and never waits', async () => {
      const log = await fixture().open();
      const start = await log.head();
      const all = await publish(
        log,
        ...[
          'created.alice',
          'created.bob',
          'failed.alice',
          'created.alicea',
          'indexed.alice',
          'created.alice',
        ],
        ...['deleted.alice', 'created.bob'],
      );
      const range = async (after: number, through: number) => {
        const read = await log.range({ subjects: ALICE, after: { ...start, sequence: after }, through });
        expect(read.through).toBe(through);
        return read.messages.map(({ position }) => all.indexOf(position.sequence) + 1);
      };
      const at = (place: number): number => all[place - 1] ?? start.sequence;
      expect(await range(at(0), at(8))).toEqual([1, 3, 5, 6, 7]);
      expect(await range(at(1), at(6))).toEqual([3, 5, 6]);
      expect(await range(at(3), at(4))).toEqual([]);
      expect(await range(at(7), at(8))).toEqual([]);
      expect(await range(at(8), at(8))).toEqual([]);
      const others = { subjects: ['blob.created.carol'], after: start, through: at(8) };
      expect(await log.range(others)).toEqual({ messages: [], through: at(8) });
    });

    it('is whole also where its last message is on another subject, or addressed to one consumer', async () => {
      const log = await fixture().open();
      const start = await log.head();
      await publish(log, 'created.alice');
      const { position } = await log.publishTo('worker', message('blob.created.alice', 'again'));
      const { messages, through } = await log.range({
        subjects: ALICE,
        after: start,
        through: position.sequence,
      });
      expect([idsOf(messages), through]).toEqual([['1'], position.sequence]);
    });

    it('gives a part at a time, by count and by bytes, and of the whole nothing twice', async () => {
      const log = await fixture().open();
      const start = await log.head();
      const kinds = ['created', 'indexed', 'created', 'failed', 'created'];
      await publish(
        log,
        ...Array.from({ length: 400 }, (_, n) => `${kinds[n % 5]}.${n % 4 ? 'alice' : 'bob'}`),
      );
      const { sequence: head } = await log.head();
      const parts = async (limits: { limit?: number; maxBytes?: number }) => {
        const read: string[][] = [];
        for (let after: Position = start; after.sequence < head; ) {
          const part = await log.range({ subjects: ALICE, after, through: head, ...limits });
          read.push(idsOf(part.messages));
          expect(part.through).toBeGreaterThan(after.sequence);
          after = { ...after, sequence: part.through };
        }
        return read;
      };
      const wanted = Array.from({ length: 400 }, (_, n) => `${n + 1}`).filter((_, n) => n % 4);
      const byCount = await parts({ limit: 70 });
      expect(byCount.flat()).toEqual(wanted);
      expect(byCount.map(({ length }) => length).slice(0, 4)).toEqual([70, 70, 70, 70]);
      const byBytes = await parts({ maxBytes: 2_000 });
      expect(byBytes.flat()).toEqual(wanted);
      expect(Math.max(...byBytes.map(({ length }) => length))).toBeLessThan(50);
      expect((await parts({ maxBytes: 1 })).every(({ length }) => length <= 1)).toBe(true);
      expect((await parts({})).map(({ length }) => length)).toEqual([256, 44]);
    });

    it('keeps what a message carries', async () => {
      const log = await fixture().open();
      const after = await log.head();
      const sent = {
        subject: 'blob.created.%D9%85',
        id: 'blob-1:7',
        headers: { 'ce-type': 'blob.created', 'X-Title': 'Grüße, 世界 🌍' },
        body: new Uint8Array([0, 255, 128, 10, 13]),
      };
      const copies = Array.from({ length: 8 }, (_, n) => ({ ...sent, id: `blob-1:${n}` }));
      for (const copy of copies) await log.publish(copy);
      const { sequence: through } = await log.head();
      const { messages } = await log.range({ subjects: [sent.subject], after, through });
      const read = await collect(log.read({ subjects: ['blob.>'], after }), copies.length);
      const plain = ({ body, ...rest }: LoggedMessage) => ({ ...rest, body: [...body] });
      expect(messages.map(plain)).toEqual(read.map(plain));
      expect(messages.map(plain)).toMatchObject(
        copies.map(({ body, ...rest }) => ({ ...rest, body: [...body] })),
      );
    });

    it('says that a position is gone, or was never reached, and that it does not answer', async () => {
      const log = await fixture().open();
      const start = await log.head();
      const [first = 0, second = 0] = await publish(log, 'created.alice', 'created.alice');
      await fixture().expire();
      const [third = 0] = await publish(log, 'created.alice');
      const range = (after: number, through: number, epoch = start.epoch) =>
        log.range({ subjects: ALICE, after: { epoch, sequence: after }, through });
      await expect(range(0, third)).rejects.toThrow(PositionGone);
      await expect(range(first, third)).rejects.toThrow(PositionGone);
      expect(idsOf((await range(second, third)).messages)).toEqual(['3']);
      await expect(range(third, third + 1)).rejects.toThrow(PositionGone);
      await expect(range(0, third, 'never')).rejects.toThrow(EpochGone);
      await expect(log.range({ subjects: ['blob.*'], after: start, through: 0 })).rejects.toThrow(TypeError);
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(
        log.range({ subjects: ALICE, after: { ...start, sequence: second }, through: third, signal }),
      ).rejects.toThrow('enough');
      await log.close();
      await expect(range(second, third)).rejects.toThrow(EventLogUnavailable);
    });
  });
}
