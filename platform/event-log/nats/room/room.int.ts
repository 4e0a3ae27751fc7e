import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { services } from '../../../testing/services.ts';
import type { Cut } from '../../consuming.ts';
import { consuming, deliveredAfter, message } from '../../contract/log.contract.fixture.ts';
import type { EventLog } from '../../log.ts';
import { type NatsFixture, natsFixture } from '../log.nats.fixture.ts';
import type { NatsEventLogOptions } from '../options.ts';
import { natsParts } from '../parts.ts';

const PATIENCE = { timeout: 60_000 };
const retention = { maxMessages: 400, maxBytes: 16 * 1024 ** 2 };

let fixture: NatsFixture;
beforeEach(async () => {
  fixture = await natsFixture(services().natsUrl);
});
afterEach(async () => {
  await fixture.close();
});

async function administer() {
  const connection = await connect({ servers: new URL(services().natsUrl).host });
  onTestFinished(() => connection.close());
  return { connection, manager: await jetstreamManager(connection) };
}

/** Room as another process makes it, whose requests `before` may hold up or fail. */
async function otherRoom(before: (step: 'mark' | 'purge') => Promise<void>) {
  const { connection, manager } = await administer();
  const options: NatsEventLogOptions = {
    servers: [],
    streamName: fixture.streamName,
    subjectPrefix: fixture.streamName,
    subjects: ['blob.>'],
    retention,
  };
  const { streams } = manager;
  const steps = Object.assign(Object.create(streams) as typeof streams, {
    purge: async (...args: Parameters<typeof streams.purge>) => {
      await before('purge');
      return streams.purge(...args);
    },
  });
  const observed = Object.create(manager, { streams: { value: steps } }) as typeof manager;
  const { room, cuts } = natsParts(options, connection, observed, () => {});
  const add = cuts.add.bind(cuts);
  cuts.add = async (...args) => {
    await before('mark');
    return add(...args);
  };
  return room;
}

async function fill(log: EventLog, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await log.publish(message('blob.created.alice', `${n}`));
}

async function leave(log: EventLog, durable: string): Promise<void> {
  const { consumption } = await consuming(log, { durable });
  await consumption.stop();
}

/** Messages that a durable gets when it comes back, and the cuts that it hears of. */
async function back(log: EventLog, durable: string) {
  const cuts: Cut[] = [];
  const { deliveries } = await consuming(log, {
    durable,
    maxInFlight: 64,
    onCut: async (cut) => {
      cuts.push(cut);
    },
  });
  await expect
    .poll(async () => (await log.usage()).durables.find((usage) => usage.durable === durable), PATIENCE)
    .toMatchObject({ waiting: 0, cut: null });
  return { cuts, lost: Math.max(0, ...cuts.map(({ through }) => through.sequence)), deliveries };
}

const dies = async () => {
  throw new Error('The process is dead');
};

describe('room in a log on NATS', { timeout: 300_000 }, () => {
  it.each(['mark', 'purge'] as const)('is made by the next when one dies before its %s', async (at) => {
    const log = await fixture.open({ retention });
    await leave(log, 'away');
    await fill(log, 0, 260);
    const room = await otherRoom(async (step) => {
      if (step === at) await dies();
    });
    const { manager } = await administer();
    await expect
      .poll(async () => {
        await room.tidy().catch(() => undefined);
        return (await manager.streams.info(fixture.streamName)).state.first_seq;
      }, PATIENCE)
      .toBeGreaterThan(1);
    await fill(log, 260, 300);
    const { cuts, lost, deliveries } = await back(log, 'away');
    expect(cuts.length).toBeGreaterThan(0);
    const { first_seq } = (await manager.streams.info(fixture.streamName)).state;
    expect(lost).toBe(first_seq - 1);
    expect(deliveredAfter(lost, deliveries)).toBe(300 - lost);
  });

  it('is made by several at once: who lost something has heard of it', async () => {
    const logs = await Promise.all([0, 1, 2].map(() => fixture.open({ retention })));
    const [log] = logs;
    if (!log) throw new Error('No log was opened');
    await leave(log, 'away');
    const busy = await consuming(log, { durable: 'busy', maxInFlight: 64 });
    for (let n = 0; n < 1_200; n += 20) {
      const ids = Array.from({ length: 20 }, (_, k) => `${n + k}`);
      await Promise.all(ids.map((id, k) => (logs[k % 3] ?? log).publish(message('blob.created.alice', id))));
      await expect.poll(() => busy.seen.length, { ...PATIENCE, interval: 2 }).toBe(n + 20);
    }
    const { lost, deliveries } = await back(log, 'away');
    expect(deliveredAfter(lost, deliveries)).toBe((await log.head()).sequence - lost);
    expect(lost).toBeGreaterThan(500);
  });

  it('costs a durable nothing unheard that is made while another process removes', async () => {
    const log = await fixture.open({ retention });
    await fill(log, 0, 245);
    const limits = { ...retention, maxMessages: 390 };
    let reached = () => {};
    let go = () => {};
    const purging = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const allowed = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { manager } = await administer();
    // Short of room from here on, and known so to the other process alone until it has listed all consumers.
    const room = await otherRoom(async (step) => {
      if (step !== 'purge') return;
      reached();
      await allowed;
    });
    await manager.streams.update(fixture.streamName, { max_msgs: limits.maxMessages });
    const tidying = room.tidy();
    await Promise.race([purging, tidying]);
    const fresh = await back(log, 'fresh');
    expect(fresh.cuts).toMatchObject([{ cause: 'made' }]);
    go();
    await tidying;
  });

  it('is not taken from what nobody acknowledged by the age that an earlier version set', async () => {
    const { manager } = await administer();
    const log = await fixture.open({ retention, dedupWindowMs: 100 });
    await manager.streams.update(fixture.streamName, { max_age: nanos(3_600_000) });
    await expect
      .poll(async () => (await manager.streams.info(fixture.streamName)).config.max_age, PATIENCE)
      .toBe(0);
    await expect.poll(() => log.problems(), PATIENCE).toEqual([]);
  });

  it('is made in a stream that was filled by an earlier version, whatever it holds', async () => {
    const before = await fixture.open({
      dedupWindowMs: 60_000,
      retention: { ...retention, maxMessages: 1_000 },
    });
    await leave(before, 'away');
    await fill(before, 0, 400);
    await before.close();
    const { manager } = await administer();
    await manager.streams.update(fixture.streamName, { max_msgs: 400, max_age: nanos(3_600_000) });
    const log = await fixture.open({ dedupWindowMs: 60_000, retention });
    await fill(log, 400, 420);
    const { lost, deliveries } = await back(log, 'away');
    expect(lost).toBeGreaterThan(0);
    expect(deliveredAfter(lost, deliveries)).toBe(420 - lost);
  });
});
