import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type NatsCluster, startNatsCluster } from '../testing/nats-cluster.ts';
import { collect, idsOf, message } from './log.contract.fixture.ts';
import { openNatsEventLog } from './log.nats.ts';
import type { EventLog } from './log.ts';

const ids = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

describe('event log on a cluster of three', () => {
  let cluster: NatsCluster;
  beforeAll(async () => {
    cluster = await startNatsCluster();
  });
  afterAll(async () => {
    await cluster.stop();
  });

  async function open(streamName: string): Promise<EventLog> {
    const log = await openNatsEventLog({
      servers: cluster.urls,
      streamName,
      subjectPrefix: streamName,
      subjects: ['blob.>'],
      replicas: 3,
      retention: { maxBytes: 16 * 1024 ** 2 },
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
});
