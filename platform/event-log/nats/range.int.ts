import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { services } from '../../testing/services.ts';
import { message } from '../contract/log.contract.fixture.ts';
import { EventLogUnavailable } from '../errors.ts';
import type { EventLog } from '../log.ts';
import { type NatsFixture, natsFixture } from './log.nats.fixture.ts';
import { readRange } from './range.ts';

let fixture: NatsFixture;
let log: EventLog;
let connection: NatsConnection;
let manager: JetStreamManager;

beforeEach(async () => {
  fixture = await natsFixture(services().natsUrl);
  log = await fixture.open();
  connection = await connect({ servers: new URL(services().natsUrl).host });
  manager = await jetstreamManager(connection);
});

afterEach(async () => {
  await connection.close();
  await fixture.close();
});

const KINDS = ['created', 'indexed', 'processing', 'completed', 'failed', 'retried', 'deleted'];

async function publish(user: string, count: number): Promise<void> {
  const subjects = Array.from({ length: count }, (_, n) => `blob.${KINDS[n % 4]}.${user}`);
  const { sequence } = await log.head();
  await Promise.all(subjects.map((subject, n) => log.publish(message(subject, `${sequence + n}`))));
}

/** All of alice's messages, as read over a connection that is watched. */
async function readAlice(over = manager) {
  const { epoch, sequence: through } = await log.head();
  const before = connection.stats().inMsgs;
  const { messages } = await readRange(over, fixture.streamName, {
    filters: KINDS.map((kind) => `${fixture.streamName}.blob.${kind}.alice`),
    after: { epoch, sequence: 0 },
    through,
    limit: 1_000,
    maxBytes: 1_000_000,
  });
  return { sequences: messages.map(({ seq }) => seq), received: connection.stats().inMsgs - before };
}

it('receives the user’s own messages, however many others there are between', async () => {
  await publish('alice', 8);
  const alone = await readAlice();
  for (let round = 0; round < 4; round += 1) {
    await publish('bob', 500);
    await publish('carol', 500);
  }
  const amongOthers = await readAlice();
  expect(alone.sequences).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(amongOthers.sequences).toEqual(alone.sequences);
  // One answer each, and one for each subject that has no more.
  expect(amongOthers.received).toBeLessThanOrEqual(8 + KINDS.length);
  await publish('alice', 200);
  const more = await readAlice();
  expect(more.sequences).toHaveLength(208);
  expect(more.received).toBeLessThan(208 + 40);
});

/** The manager whose batches come as `change` makes them, as from a replica that lags or over a connection that broke. */
function withBatches(change: (sequence: number) => boolean): JetStreamManager {
  const getBatch: JetStreamManager['direct']['getBatch'] = (stream, options) => {
    const { callback } = options;
    if (!callback) throw new Error('A batch without a callback');
    return manager.direct.getBatch(stream, {
      ...options,
      callback: (done, stored) => {
        if (done || change(stored.seq)) callback(done, stored);
      },
    });
  };
  return Object.create(manager, { direct: { value: { getBatch } } }) as JetStreamManager;
}

it('lacks nothing where a batch has less than there is, and takes none whose middle is missing', async () => {
  await publish('alice', 120);
  const whole = (await readAlice()).sequences;
  expect(whole).toHaveLength(120);
  expect((await readAlice(withBatches(() => false))).sequences).toEqual(whole);
  expect((await readAlice(withBatches((sequence) => sequence <= 60))).sequences).toEqual(whole);
  await expect(readAlice(withBatches((sequence) => sequence !== 61))).rejects.toThrow(EventLogUnavailable);
});

it('leaves no subscription behind', async () => {
  await publish('alice', 120);
  const { sequences } = await readAlice();
  expect(sequences).toHaveLength(120);
  const subscriptions = () => Reflect.get(connection, 'protocol').subscriptions.subs.size as number;
  const before = subscriptions();
  for (let n = 0; n < 10; n += 1) await readAlice();
  await expect.poll(subscriptions).toBe(before);
});
