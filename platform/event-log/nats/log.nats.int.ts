import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { services } from '../../testing/services.ts';
import { collect, consuming, gate, idsOf, message } from '../contract/log.contract.fixture.ts';
import { eventLogContract } from '../contract/log.contract.ts';
import { roomContract } from '../contract/room.contract.ts';
import { EpochGone, EventLogUnavailable, PositionGone } from '../errors.ts';
import { type NatsFixture, natsFixture } from './log.nats.fixture.ts';
import { openNatsEventLog } from './log.nats.ts';

const PATIENCE = { timeout: 30_000 };
const ids = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

describe('event log on NATS', () => {
  eventLogContract(() => natsFixture(services().natsUrl));
  roomContract(() => natsFixture(services().natsUrl));

  let fixture: NatsFixture;
  beforeEach(async () => {
    fixture = await natsFixture(services().natsUrl);
  });
  afterEach(async () => {
    await fixture.close();
  });

  describe('over a broken connection', () => {
    it('reads without a gap and without a double', async () => {
      const reading = await fixture.open();
      const wire = fixture.wire();
      const writing = await fixture.open();
      const reader = reading.read({ subjects: ['blob.>'], after: await reading.head() });
      const received = collect(reader, 60);
      for (const id of ids(60)) {
        await writing.publish(message('blob.created.alice', id));
        if (id === '20' || id === '40') wire.cut();
        if (id === '30' || id === '50') wire.mend();
      }
      expect(idsOf(await received)).toEqual(ids(60));
    });

    it('publishes once when it is back', async () => {
      const log = await fixture.open();
      await log.publish(message('blob.created.alice', 'before'));
      const wire = fixture.wire();
      const start = await log.head();
      wire.cut();
      const publishing = Promise.all(ids(20).map((id) => log.publish(message('blob.created.alice', id))));
      wire.mend();
      expect(new Set((await publishing).map(({ position }) => position.sequence)).size).toBe(20);
      const received = await collect(log.read({ subjects: ['blob.>'], after: start }), 20);
      expect(idsOf(received).sort()).toEqual(ids(20).sort());
      expect((await log.head()).sequence - start.sequence).toBe(20);
    });

    it('says so when it is not back in time', async () => {
      const log = await fixture.open({ publishTimeoutMs: 500 });
      fixture.wire().cut();
      await expect(log.publish(message('blob.created.alice', 'a'))).rejects.toThrow(EventLogUnavailable);
    });

    it('consumes on, and acknowledges what was done meanwhile', async () => {
      const log = await fixture.open();
      const wire = fixture.wire();
      const writing = await fixture.open();
      const cut = gate();
      const { seen } = await consuming(log, { maxInFlight: 1, ackWaitMs: 20_000 }, async ({ id }) => {
        if (id === 'a') await cut.opened;
        return { kind: 'ack' };
      });
      await writing.publish(message('blob.created.alice', 'a'));
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1']);
      wire.cut();
      cut.open();
      await writing.publish(message('blob.created.alice', 'b'));
      wire.mend();
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1', 'b 1']);
    });

    it('ends a reader that was overtaken by the retention', async () => {
      const reading = await fixture.open();
      const wire = fixture.wire();
      const writing = await fixture.open();
      const reader = reading.read({ subjects: ['blob.>'], after: await reading.head() });
      await writing.publish(message('blob.created.alice', 'a'));
      expect(idsOf(await collect(reader, 1))).toEqual(['a']);
      wire.cut();
      await writing.publish(message('blob.created.alice', 'b'));
      await fixture.expire();
      await writing.publish(message('blob.created.alice', 'c'));
      wire.mend();
      await expect(reader.next()).rejects.toThrow(PositionGone);
    });
  });

  describe('its streams', () => {
    it('are made once by processes that start together, with explicit limits', async () => {
      const logs = await Promise.all(ids(6).map(() => fixture.open()));
      const epochs = await Promise.all(logs.map(async (log) => (await log.head()).epoch));
      expect(new Set(epochs).size).toBe(1);
      const connection = await connect({ servers: new URL(services().natsUrl).host });
      const manager = await jetstreamManager(connection);
      for (const name of [fixture.streamName, `${fixture.streamName}_DLQ`])
        expect((await manager.streams.info(name)).config).toMatchObject({
          storage: 'file',
          discard: 'new',
          retention: 'limits',
          num_replicas: 1,
          max_bytes: expect.toSatisfy((limit: number) => limit > 0),
          max_msg_size: expect.toSatisfy((limit: number) => limit > 0),
        });
      await connection.close();
    });

    it('are adapted to other settings, and so are consumers', async () => {
      const before = await fixture.open();
      const early = await consuming(before, { ackWaitMs: 1_000, subjects: ['blob.created.*'] });
      await early.consumption.stop();
      const start = await before.head();
      const log = await fixture.open({ dedupWindowMs: 60_000, retention: { maxMessages: 1_000 } });
      const late = await consuming(log, { ackWaitMs: 2_000, subjects: ['blob.created.*', 'blob.failed.*'] });
      await log.publish(message('blob.failed.alice', 'a'));
      await expect.poll(() => late.seen, PATIENCE).toEqual(['a 1']);
      expect((await log.head()).epoch).toBe(start.epoch);
      const connection = await connect({ servers: new URL(services().natsUrl).host });
      const manager = await jetstreamManager(connection);
      const { config } = await manager.streams.info(fixture.streamName);
      expect(config).toMatchObject({ max_msgs: 1_000, duplicate_window: nanos(60_000) });
      const consumer = await manager.consumers.info(fixture.streamName, 'worker');
      expect(consumer.config.ack_wait).toBe(nanos(2_000));
      await connection.close();
    });

    it('are made anew when they are lost under way, and readers are told', async () => {
      const log = await fixture.open();
      const { position } = await log.publish(message('blob.created.alice', 'a'));
      const reader = log.read({ subjects: ['blob.>'], after: position });
      const lost = expect(reader.next()).rejects.toThrow(EpochGone);
      const { seen } = await consuming(log, {});
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1']);
      await fixture.lose();
      const next = await log.publish(message('blob.created.alice', 'b'));
      expect(next.position.epoch).not.toBe(position.epoch);
      expect(await log.head()).toEqual(next.position);
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1', 'b 1']);
      await lost;
    });

    it('are named when they, or consumers, are missing or changed', async () => {
      const log = await fixture.open();
      const { consumption } = await consuming(log, {});
      expect(await log.problems()).toEqual([]);
      const connection = await connect({ servers: new URL(services().natsUrl).host });
      onTestFinished(() => connection.close());
      const manager = await jetstreamManager(connection);
      const [name, letters] = [fixture.streamName, `${fixture.streamName}_DLQ`];
      await manager.streams.update(name, { max_msgs: 7 });
      await manager.consumers.update(name, 'worker', { max_deliver: 3 });
      expect(await log.problems()).toEqual([
        `stream ${name} has max_msgs 7 in place of 5000000`,
        'consumer worker has max_deliver 3 in place of -1',
      ]);
      // A log that starts adapts what it is made of.
      await fixture.open();
      expect(await log.problems()).toEqual(['consumer worker has max_deliver 3 in place of -1']);
      // In the way of the stream that is to be made anew.
      await manager.streams.delete(letters);
      await manager.streams.add({ name: `${name}_other`, subjects: [`${name}.dead-letter.>`] });
      expect(await log.problems()).toContain(`stream ${letters} is missing`);
      await manager.streams.delete(`${name}_other`);
      await expect.poll(() => log.problems(), PATIENCE).not.toContain(`stream ${letters} is missing`);
      await consumption.stop();
      await manager.consumers.delete(name, 'worker');
      expect(await log.problems()).toEqual([]);
    });

    it('are made anew where nobody publishes', async () => {
      const log = await fixture.open();
      const { epoch } = await log.head();
      await fixture.lose();
      await expect.poll(async () => (await log.head().catch(() => undefined))?.epoch, PATIENCE).toBeDefined();
      expect((await log.head()).epoch).not.toBe(epoch);
      await expect.poll(() => log.problems(), PATIENCE).toEqual([]);
    });

    it('get a lost consumer back, which begins with the oldest message kept', async () => {
      const log = await fixture.open();
      const { seen } = await consuming(log, {});
      await log.publish(message('blob.created.alice', 'a'));
      await expect.poll(() => seen, PATIENCE).toEqual(['a 1']);
      const connection = await connect({ servers: new URL(services().natsUrl).host });
      onTestFinished(() => connection.close());
      await (await jetstreamManager(connection)).consumers.delete(fixture.streamName, 'worker');
      await log.publish(message('blob.created.alice', 'b'));
      await expect.poll(() => [...seen].sort(), PATIENCE).toEqual(['a 1', 'a 1', 'b 1']);
    });

    it('are apart for installations that share a server', async () => {
      const other = await natsFixture(services().natsUrl);
      try {
        const [ours, theirs] = [await fixture.open(), await other.open()];
        const { seen } = await consuming(theirs, {});
        await ours.publish(message('blob.created.alice', 'ours'));
        await theirs.publish(message('blob.created.alice', 'theirs'));
        await expect.poll(() => seen, PATIENCE).toEqual(['theirs 1']);
        expect((await ours.head()).sequence).toBe(1);
      } finally {
        await other.close();
      }
    });
  });

  describe('without a server', () => {
    const options = { streamName: 'none', subjects: ['blob.>'] };

    it('says where it looked, and no password', async () => {
      const opening = openNatsEventLog({ ...options, servers: ['nats://user:secret@127.0.0.1:9'] });
      await expect(opening).rejects.toThrow(EventLogUnavailable);
      await expect(opening).rejects.toThrow('No NATS server answers at 127.0.0.1:9');
      await expect(opening).rejects.not.toThrow('secret');
    });

    it('refuses an address that is none', async () => {
      const opening = openNatsEventLog({ ...options, servers: ['http://user:secret@127.0.0.1'] });
      await expect(opening).rejects.toThrow(/^servers: each must be/);
    });
  });
});
