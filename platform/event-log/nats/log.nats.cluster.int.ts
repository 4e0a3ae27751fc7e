import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type NatsCluster, startNatsCluster } from '../../testing/nats-cluster.ts';
import type { Cut } from '../consuming.ts';
import { collect, consuming, deliveredAfter, idsOf, message } from '../contract/log.contract.fixture.ts';
import type { EventLog } from '../log.ts';
import type { Retention } from '../retention.ts';
import { openNatsEventLog } from './log.nats.ts';

const ids = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

describe('event log on a cluster of three', () => {
  let cluster: NatsCluster;
  beforeAll(async () => {
    cluster = await startNatsCluster();
  });
  afterAll(async () => {
    await cluster.stop();
  });

  async function open(
    streamName: string,
    servers = cluster.urls,
    retention: Partial<Retention> = {},
  ): Promise<EventLog> {
    const log = await openNatsEventLog({
      servers: [...servers],
      streamName,
      subjectPrefix: streamName,
      subjects: ['blob.>'],
      replicas: 3,
      retention: { maxBytes: 16 * 1024 ** 2, ...retention },
    });
    onTestFinished(() => log.close());
    return log;
  }

  it('loses nothing and doubles nothing when the leader is killed', async () => {
    const name = `t${randomUUID().replaceAll('-', '')}`;
    const log = await open(name);
    const start = await log.head();
    const handled = new Set<string>();
    const consumption = await log.consume(
      {
        durable: 'worker',
        subjects: ['blob.>'],
        maxInFlight: 4,
        ackWaitMs: 5_000,
        maxDeliver: 10,
        backoffMs: [50],
      },
      async ({ id }) => {
        handled.add(id);
        return { kind: 'ack' };
      },
    );
    onTestFinished(() => consumption.stop(0));
    const reading = collect(log.read({ subjects: ['blob.>'], after: start }), 120);

    const leader = await cluster.leaderOf(name);
    const acks = await Promise.all(ids(60).map((id) => log.publish(message('blob.created.alice', id))));
    const killing = cluster.kill(leader);
    for (const id of ids(120).slice(60)) acks.push(await log.publish(message('blob.created.alice', id)));
    await killing;

    expect(new Set(acks.map(({ position }) => position.sequence)).size).toBe(120);
    expect((await log.head()).sequence).toBe(start.sequence + 120);
    expect(idsOf(await reading)).toEqual(ids(120));
    await expect.poll(() => handled.size, { timeout: 30_000 }).toBe(120);
    expect(await cluster.leaderOf(name)).not.toBe(leader);
    await cluster.restart(leader);
    await cluster.ready();
  });

  it('makes room while its leader is killed: who lost something has heard of it', async () => {
    const name = `t${randomUUID().replaceAll('-', '')}`;
    const log = await open(name, cluster.urls, { maxMessages: 200 });
    const { consumption } = await consuming(log, { durable: 'away' });
    await consumption.stop();
    const busy = await consuming(log, { durable: 'busy', maxInFlight: 32 });
    const publish = async (from: number, to: number) => {
      for (let n = from; n < to; n++) {
        await log.publish(message('blob.created.alice', `${n}`));
        if (n % 20 === 0)
          await expect.poll(() => new Set(busy.seen).size, { timeout: 60_000 }).toBeGreaterThan(n - 20);
      }
    };
    await publish(0, 300);
    const leader = await cluster.leaderOf(name);
    const killing = cluster.kill(leader);
    await publish(300, 500);
    await killing;
    await expect.poll(() => new Set(idsOf(busy.deliveries)).size, { timeout: 60_000 }).toBe(500);
    const cuts: Cut[] = [];
    const onCut = async (cut: Cut) => {
      cuts.push(cut);
    };
    const back = await consuming(log, { durable: 'away', maxInFlight: 32, onCut });
    await expect
      .poll(async () => (await log.usage()).durables.find(({ durable }) => durable === 'away'), {
        timeout: 60_000,
      })
      .toMatchObject({ waiting: 0, cut: null });
    const lost = Math.max(0, ...cuts.map(({ through }) => through.sequence));
    expect(lost).toBeGreaterThan(100);
    expect(deliveredAfter(lost, back.deliveries)).toBe((await log.head()).sequence - lost);
    await cluster.restart(leader);
    await cluster.ready();
  });

  /** A reading whose consumer is on the server that `log` is connected to, which is the first. */
  async function readBeside(log: EventLog, stream: string, count: number) {
    const connection = await connect({ servers: [...cluster.urls] });
    onTestFinished(() => connection.close());
    const { consumers } = await jetstreamManager(connection);
    for (;;) {
      const ending = new AbortController();
      const start = await log.head();
      const reading = collect(log.read({ subjects: ['blob.>'], after: start, signal: ending.signal }), count);
      await expect.poll(async () => (await consumers.list(stream).next()).length).toBe(1);
      const [consumer] = await consumers.list(stream).next();
      // Not the promise itself: it would be waited for.
      if (consumer?.cluster?.leader === 'node-1') return { reading };
      ending.abort();
      await expect(reading).rejects.toThrow('The log ended');
      await expect.poll(async () => (await consumers.list(stream).next()).length).toBe(0);
    }
  }

  it('is read on when the connection and the reader’s consumer go with one server', async () => {
    const name = `t${randomUUID().replaceAll('-', '')}`;
    const log = await open(name, cluster.urls.slice(0, 1));
    const others = await open(name, cluster.urls.slice(1));
    const { reading } = await readBeside(log, name, 10);
    await cluster.kill(0);
    for (const id of ids(10)) await others.publish(message('blob.created.alice', id));
    expect(idsOf(await reading)).toEqual(ids(10));
    await cluster.restart(0);
    await cluster.ready();
  });
});
