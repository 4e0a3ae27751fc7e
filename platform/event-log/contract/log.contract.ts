import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EpochGone, EventLogUnavailable, MessageRefused, PositionGone } from '../errors.ts';
import { consumingContract } from './log.contract.consuming.ts';
import { collect, type EventLogFixture, heard, idsOf, message, text } from './log.contract.fixture.ts';
import { rangeContract } from './log.contract.range.ts';

/** Every {@link EventLog} adapter's contract. `makeFixture` is called for every test. */
export function eventLogContract(makeFixture: () => Promise<EventLogFixture>): void {
  let fixture: EventLogFixture;
  beforeEach(async () => {
    fixture = await makeFixture();
  });
  afterEach(async () => {
    await fixture.close();
  });

  publishingContract(() => fixture);
  readingContract(() => fixture);
  rangeContract(() => fixture);
  announcingContract(() => fixture);
  consumingContract(() => fixture);
}

function publishingContract(fixture: () => EventLogFixture): void {
  describe('publishing', () => {
    it('gives growing positions of one epoch, and knows the head', async () => {
      const log = await fixture().open();
      const empty = await log.head();
      expect(empty.sequence).toBe(0);
      const first = await log.publish(message('blob.created.alice', '1'));
      const second = await log.publish(message('blob.created.alice', '2'));
      expect(first).toMatchObject({ duplicate: false, position: { epoch: empty.epoch } });
      expect(second.position.sequence).toBeGreaterThan(first.position.sequence);
      expect(await log.head()).toEqual(second.position);
      await log.ping();
    });

    it('appends an id once, in one process and after a restart', async () => {
      const before = await fixture().open();
      const [first, again] = await Promise.all([
        before.publish(message('blob.created.alice', 'same')),
        before.publish(message('blob.created.alice', 'same')),
      ]);
      expect([first.duplicate, again.duplicate].sort()).toEqual([false, true]);
      expect(again.position).toEqual(first.position);
      await before.close();
      const after = await fixture().open();
      expect(await after.publish(message('blob.created.alice', 'same'))).toEqual({
        position: first.position,
        duplicate: true,
      });
      expect(await after.head()).toEqual(first.position);
    });

    it('takes an id again after the window', async () => {
      const log = await fixture().open({ dedupWindowMs: 100 });
      const first = await log.publish(message('blob.created.alice', 'same'));
      await expect
        .poll(async () => (await log.publish(message('blob.created.alice', 'same'))).duplicate, {
          timeout: 10_000,
        })
        .toBe(false);
      expect((await log.head()).sequence).toBeGreaterThan(first.position.sequence);
    });

    it('keeps what a message carries', async () => {
      const log = await fixture().open();
      const sent = {
        subject: 'blob.created.%D9%85',
        id: 'blob-1:7',
        headers: { 'ce-type': 'blob.created', 'X-Title': 'Grüße, 世界 🌍: a "b"', empty: '' },
        body: new Uint8Array([0, 255, 128, 10, 13]),
      };
      const before = Date.now();
      const start = await log.head();
      const { position } = await log.publish(sent);
      const [received] = await collect(log.read({ subjects: ['blob.>'], after: start }), 1);
      expect(received).toMatchObject({ subject: sent.subject, id: sent.id, headers: sent.headers, position });
      expect([...(received?.body ?? [])]).toEqual([...sent.body]);
      expect(Math.abs((received?.publishedAt.getTime() ?? 0) - before)).toBeLessThan(10_000);
    });

    it('appends what is published at once in the order of the calls', async () => {
      const log = await fixture().open();
      const acks = await Promise.all(
        Array.from({ length: 50 }, (_, n) => log.publish(message('blob.created.alice', `${n}`))),
      );
      const sequences = acks.map(({ position }) => position.sequence);
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
      expect(new Set(sequences).size).toBe(50);
    });

    it.each([
      ['subject', { ...message('blob.*.alice', '1') }],
      ['subject', { ...message('blob..alice', '1') }],
      ['subject', { ...message('blob.created.a b', '1') }],
      ['id', { ...message('blob.created.alice', '') }],
      ['id', { ...message('blob.created.alice', 'a\nb') }],
      ['headers', { ...message('blob.created.alice', '1'), headers: { 'a b': 'x' } }],
      ['headers', { ...message('blob.created.alice', '1'), headers: { 'Nats-Msg-Id': 'x' } }],
      ['headers', { ...message('blob.created.alice', '1'), headers: { a: 'x\r\ny' } }],
      ['headers', { ...message('blob.created.alice', '1'), headers: { a: '\ud800' } }],
    ])('refuses a malformed message, naming its %s', async (field, malformed) => {
      const log = await fixture().open();
      const publishing = log.publish(malformed);
      await expect(publishing).rejects.toThrow(MessageRefused);
      await expect(publishing).rejects.toThrow(new RegExp(`^${field}: `));
      expect((await log.head()).sequence).toBe(0);
    });

    it('refuses a message that is too large', async () => {
      const log = await fixture().open({ retention: { maxMessageBytes: 1_000 } });
      const publishing = log.publish({ ...message('blob.created.alice', '1'), body: new Uint8Array(2_000) });
      await expect(publishing).rejects.toThrow(MessageRefused);
      await expect(publishing).rejects.toThrow(/^body: .*1000 bytes/);
    });

    it('takes nothing more once it is closed', async () => {
      const log = await fixture().open();
      await log.close();
      await expect(log.publish(message('blob.created.alice', '1'))).rejects.toThrow(EventLogUnavailable);
      await expect(log.head()).rejects.toThrow(EventLogUnavailable);
      await expect(log.ping()).rejects.toThrow(EventLogUnavailable);
      await log.close();
    });
  });
}

function readingContract(fixture: () => EventLogFixture): void {
  describe('reading', () => {
    it('goes on from a position in order, first what is there, then what comes', async () => {
      const log = await fixture().open();
      const start = await log.head();
      for (let n = 0; n < 300; n++) void log.publish(message('blob.created.alice', `${n}`));
      const reader = log.read({ subjects: ['blob.>'], after: start });
      const early = await collect(reader, 300);
      await log.publish(message('blob.created.alice', '300'));
      const late = await collect(reader, 1);
      expect(idsOf([...early, ...late])).toEqual(Array.from({ length: 301 }, (_, n) => `${n}`));
      await reader.return?.();
      const after = early[297]?.position;
      if (!after) throw new Error('Nothing was read');
      const rest = await collect(log.read({ subjects: ['blob.>'], after }), 3);
      expect(idsOf(rest)).toEqual(['298', '299', '300']);
    });

    it('begins at the head when it is not told where', async () => {
      const log = await fixture().open();
      await log.publish(message('blob.created.alice', 'old'));
      const reader = log.read({ subjects: ['blob.>'] });
      const first = reader.next();
      let n = 0;
      const publishing = setInterval(() => void log.publish(message('blob.created.alice', `new-${n++}`)), 50);
      try {
        expect((await first).value?.id).toMatch(/^new-/);
      } finally {
        clearInterval(publishing);
      }
    });

    it('filters subjects', async () => {
      const log = await fixture().open();
      const start = await log.head();
      for (const [id, subject] of Object.entries({
        a: 'blob.created.alice',
        b: 'blob.created.bob',
        c: 'blob.failed.alice',
        d: 'blob.deleted.alice',
      }))
        await log.publish(message(subject, id));
      const read = async (subjects: readonly string[], count: number) =>
        idsOf(await collect(log.read({ subjects, after: start }), count));
      expect(await read(['blob.created.*'], 2)).toEqual(['a', 'b']);
      expect(await read(['blob.*.alice'], 3)).toEqual(['a', 'c', 'd']);
      expect(await read(['blob.failed.>', 'blob.deleted.>'], 2)).toEqual(['c', 'd']);
      expect(await read(['blob.created.bob'], 1)).toEqual(['b']);
      expect(() => log.read({ subjects: ['blob.>.x'] })).toThrow(TypeError);
      expect(() => log.read({ subjects: [] })).toThrow(TypeError);
    });

    it('gives every reader everything', async () => {
      const log = await fixture().open();
      const start = await log.head();
      const readers = [1, 2, 3].map(() => collect(log.read({ subjects: ['blob.>'], after: start }), 5));
      for (let n = 0; n < 5; n++) await log.publish(message('blob.created.alice', `${n}`));
      for (const received of await Promise.all(readers))
        expect(idsOf(received)).toEqual(['0', '1', '2', '3', '4']);
    });

    it('ends while it waits: by its return, its signal, the closing of the log', async () => {
      const log = await fixture().open();
      const after = await log.head();
      const returned = log.read({ subjects: ['blob.>'], after });
      const controller = new AbortController();
      const aborted = log.read({ subjects: ['blob.>'], after, signal: controller.signal });
      const closed = log.read({ subjects: ['blob.>'], after });
      const [first, second, third] = [returned.next(), aborted.next(), closed.next()];
      await returned.return?.();
      expect((await first).done).toBe(true);
      controller.abort();
      expect((await second).done).toBe(true);
      await log.close();
      expect((await third).done).toBe(true);
    });

    it('keeps positions and epoch over a restart', async () => {
      const before = await fixture().open();
      const start = await before.head();
      await before.publish(message('blob.created.alice', '1'));
      await before.close();
      const after = await fixture().open();
      await after.publish(message('blob.created.alice', '2'));
      const received = await collect(after.read({ subjects: ['blob.>'], after: start }), 2);
      expect(idsOf(received)).toEqual(['1', '2']);
    });

    it('says that the epoch is gone', async () => {
      const before = await fixture().open();
      const { position } = await before.publish(message('blob.created.alice', '1'));
      await before.close();
      await fixture().lose();
      const log = await fixture().open();
      expect((await log.head()).epoch).not.toBe(position.epoch);
      const reading = log.read({ subjects: ['blob.>'], after: position });
      await expect(reading.next()).rejects.toThrow(EpochGone);
      await expect(
        log.read({ subjects: ['blob.>'], after: { epoch: 'never', sequence: 0 } }).next(),
      ).rejects.toThrow(EpochGone);
    });

    it('says that a position is no longer kept, and reads on from those that are', async () => {
      const log = await fixture().open();
      const start = await log.head();
      await log.publish(message('blob.created.alice', '1'));
      const { position } = await log.publish(message('blob.created.alice', '2'));
      await fixture().expire();
      await log.publish(message('blob.created.alice', '3'));
      await expect(log.read({ subjects: ['blob.>'], after: start }).next()).rejects.toThrow(PositionGone);
      const [received] = await collect(log.read({ subjects: ['blob.>'], after: position }), 1);
      expect(received?.id).toBe('3');
      const ahead = { ...position, sequence: position.sequence + 1_000 };
      await expect(log.read({ subjects: ['blob.>'], after: ahead }).next()).rejects.toThrow(PositionGone);
    });

    it('knows the head when nothing is kept any more', async () => {
      const before = await fixture().open({ retention: { maxMessages: 1 }, publishTimeoutMs: 300 });
      await before.publish(message('blob.created.alice', '1'));
      await fixture().expire();
      const { position } = await before.publish(message('blob.created.alice', '2'));
      await before.close();
      await fixture().expire();
      const log = await fixture().open({ retention: { maxMessages: 1 } });
      expect(await log.head()).toEqual(position);
      const next = await log.publish(message('blob.created.alice', '3'));
      expect(next.position.sequence).toBeGreaterThan(position.sequence);
    });
  });
}

function announcingContract(fixture: () => EventLogFixture): void {
  describe('announcing', () => {
    it('reaches the listeners of every process, and not the log', async () => {
      const log = await fixture().open();
      const peer = await fixture().peer(log);
      const listening = await heard(peer, ['live.progress.*']);
      const others = await heard(log, ['live.other.>']);
      log.announce('live.progress.alice', text('50 %'));
      log.announce('live.other.a.b', text('!'));
      await expect.poll(() => listening.heard).toEqual(['live.progress.alice: 50 %']);
      await expect.poll(() => others.heard).toEqual(['live.other.a.b: !']);
      expect((await log.head()).sequence).toBe(0);
      await listening.stop();
      log.announce('live.progress.alice', text('60 %'));
      log.announce('live.other.a.b', text('?'));
      await expect.poll(() => others.heard.length).toBe(2);
      expect(listening.heard).toHaveLength(1);
    });
  });
}
