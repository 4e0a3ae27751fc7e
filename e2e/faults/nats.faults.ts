import { connect } from '@nats-io/transport-node';
import { describe, expect, it, vi } from 'vitest';
import { userToken } from '../../platform/events/events.ts';
import { expectWhole } from './harness/oracle.ts';
import { shuffled } from './harness/shuffled.ts';
import { runFaultSystem } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

const faults = runFaultSystem();

/** Publishes messages again, with ids that the log does not know. */
async function publish(messages: readonly Published[]): Promise<void> {
  const connection = await connect({ servers: faults.system.nats.server.url });
  try {
    for (const { subject, data, headers } of messages)
      connection.publish(subject, data, headers ? { headers } : {});
    await connection.flush();
  } finally {
    await connection.close();
  }
}

type Published = Pick<Awaited<ReturnType<typeof messages>>[number], 'subject' | 'data'> &
  Partial<Pick<Awaited<ReturnType<typeof messages>>[number], 'headers'>>;

/** The user's messages in the log. */
const messages = () =>
  faults.system.stores.withStream(async (manager, stream) => {
    const subject = `${faults.system.stores.namespace}.blob.*.${userToken(faults.ledger.userId)}`;
    const { state } = await manager.streams.info(stream);
    const batch = await manager.direct.getBatch(stream, {
      seq: state.first_seq,
      next_by_subj: subject,
      batch: 1_000,
    });
    const found = [];
    for await (const { subject, data, header: headers } of batch) found.push({ subject, data, headers });
    return found;
  });

const TEN_TIMES = Array.from({ length: 10 });

async function repeatAll(): Promise<void> {
  const all = await messages();
  for (const { headers } of all) headers.delete('Nats-Msg-Id');
  await publish(shuffled(TEN_TIMES.flatMap(() => all)));
}

const DRAFTS = [1, 2, 3, 4, 5];
/** Number of messages in a log that fills up. */
const SMALL = 300;

const info = () => faults.system.stores.withStream((manager, name) => manager.streams.info(name));
const limit = (max_msgs: number) =>
  faults.system.stores.withStream((manager, name) => manager.streams.update(name, { max_msgs }));

describe('NATS', () => {
  it('killed with kill -9 while users write', async () => {
    const work = workOn([faults.ledger]);
    await work.goesOn();
    await faults.system.nats.server.kill();
    await work.goesOn();
    await faults.system.nats.server.start();
    await work.goesOn();
    await work.stop();
    await expectWhole(faults.system, faults.ledger);
  });

  it('takes a message, and its acknowledgement is lost', async () => {
    const { wire } = faults.system.nats;
    const lost = wire.hold({ sends: ['PUB ', '.blob.created.'], keep: 'answer' }).then(() => wire.release());
    await faults.ledger.store();
    await lost;
    await expectWhole(faults.system, faults.ledger);
  });

  it('cannot be reached', async () => {
    const work = workOn([faults.ledger]);
    await work.goesOn();
    await faults.system.nats.link.poison({ type: 'timeout', stream: 'upstream', attributes: { timeout: 0 } });
    const before = faults.ledger.acknowledged.size;
    // Writes do not need the log.
    await work.goesOn();
    expect(faults.ledger.acknowledged.size).toBeGreaterThan(before);
    await faults.system.nats.link.cut();
    await work.goesOn();
    await faults.system.nats.link.heal();
    await work.stop();
    await expectWhole(faults.system, faults.ledger);
  });

  it('killed with kill -9 and out of reach for those who read, while others publish again', async () => {
    await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
    await faults.system.restart('state', { NATS_URL: faults.system.nats.server.url });
    const logged = () => faults.system.stores.log(faults.ledger.userId).then(({ length }) => length);
    const before = await logged();
    await faults.system.nats.link.cut();
    // The server's consumers of readers are lost: readers must know their own position.
    await faults.system.nats.server.kill();
    await faults.system.nats.server.start();
    for (const _ of DRAFTS) await faults.ledger.store();
    await vi.waitFor(async () => expect(await logged()).toBe(before + DRAFTS.length), { timeout: 60_000 });
    await faults.system.nats.link.heal();
    await expectWhole(faults.system, faults.ledger);
    await faults.system.restart('state');
  });

  it('has room for far less than is written under load', { timeout: 900_000 }, async () => {
    await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
    const { config, state } = await info();
    await limit(SMALL);
    const work = workOn([faults.ledger]);
    await vi.waitFor(
      async () => {
        await work.goesOn();
        const now = (await info()).state;
        expect(now.messages).toBeLessThanOrEqual(Math.max(SMALL, state.messages));
        expect(now.last_seq).toBeGreaterThan(state.last_seq + 2 * SMALL);
      },
      { timeout: 600_000 },
    );
    await work.stop();
    await expectWhole(faults.system, faults.ledger, { restored: true });
    expect((await info()).state.first_seq).toBeGreaterThan(state.last_seq);
    await limit(config.max_msgs);
  });

  it('has no room for what a processor that is away has still to do', async () => {
    const { config } = await info();
    await faults.system.process('text-expansion').kill();
    for (const _ of DRAFTS) await faults.ledger.store();
    await vi.waitFor(async () => expect(await messages()).toHaveLength(DRAFTS.length), { timeout: 20_000 });
    const asked = (await info()).state.last_seq;
    await limit(SMALL);
    const subject = `${faults.system.stores.namespace}.blob.failed.somebody`;
    const others = Array.from({ length: 50 }, () => ({ subject, data: new TextEncoder().encode('{}') }));
    await vi.waitFor(
      async () => {
        await publish(others);
        expect((await info()).state.first_seq).toBeGreaterThan(asked);
      },
      { timeout: 60_000 },
    );
    await limit(config.max_msgs);
    await faults.system.restart('text-expansion');
    await expectWhole(faults.system, faults.ledger, { restored: true });
  });

  it('delivers every message ten times, shuffled', async () => {
    await faults.system.process('text-expansion').kill();
    for (const _ of DRAFTS) await faults.ledger.store();
    await vi.waitFor(async () => expect(await messages()).toHaveLength(DRAFTS.length), { timeout: 20_000 });
    await repeatAll();
    await faults.system.restart('text-expansion');
    await expectWhole(faults.system, faults.ledger, { repeats: true });
    // Now with the resulting messages as well.
    await repeatAll();
    await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger, { repeats: true });
  });

  it('has a message that nobody understands among good ones', async () => {
    const subject = `${faults.system.stores.namespace}.blob.created.${userToken(faults.ledger.userId)}`;
    const setAside = () =>
      faults.system.stores.withStream(
        async (manager, name) => (await manager.streams.info(`${name}_DLQ`)).state.messages,
      );
    const before = await setAside();
    await faults.ledger.store();
    await publish([{ subject, data: new TextEncoder().encode('{"blob_id": 1}') }]);
    const begin = Date.now();
    await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
    expect(await setAside()).toBe(before + 1);
    // Other messages are not delayed.
    expect(Date.now() - begin).toBeLessThan(20_000);
  });

  it('loses its stream with all that it holds', async () => {
    await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
    const cursor = faults.ledger.follower.seen.at(-1)?.cursor;
    await faults.system.process('text-expansion').kill();
    // A draft whose event nobody has consumed.
    await faults.ledger.store();
    await vi.waitFor(
      async () => expect((await faults.system.stores.log(faults.ledger.userId)).length).toBeGreaterThan(4),
      {
        timeout: 20_000,
      },
    );
    await faults.system.stores.withStream((manager, name) => manager.streams.delete(name));
    await faults.ledger.store();
    await faults.system.restart('text-expansion');
    await expectWhole(faults.system, faults.ledger, { restored: true });
    const changes = faults.ledger.client.subscribe(
      'subscription ($after: String) { blobChanged(after: $after) { kind } }',
      {
        after: cursor,
      },
    );
    await expect(changes.next()).rejects.toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
  });
});
