import { connect } from '@nats-io/transport-node';
import { describe, expect, it, vi } from 'vitest';
import { userToken } from '../../platform/events/events.ts';
import { expectWhole } from './harness/oracle.ts';
import { shuffled } from './harness/shuffled.ts';
import { ledger, runFaultSystem, system } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

runFaultSystem();

/** Publishes beside the services, each message once and with no id that the log could know again. */
async function publish(messages: readonly Published[]): Promise<void> {
  const connection = await connect({ servers: system.nats.server.url });
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

/** The user's messages as they lie in the log. */
const messages = () =>
  system.stores.withStream(async (manager, stream) => {
    const subject = `${system.stores.namespace}.blob.*.${userToken(ledger.userId)}`;
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
/** Messages of a log that fills up. */
const SMALL = 300;

const info = () => system.stores.withStream((manager, name) => manager.streams.info(name));
const limit = (max_msgs: number) =>
  system.stores.withStream((manager, name) => manager.streams.update(name, { max_msgs }));

describe('NATS', () => {
  it('killed with kill -9 while users write', async () => {
    const work = workOn([ledger]);
    await work.goesOn();
    await system.nats.server.kill();
    await work.goesOn();
    await system.nats.server.start();
    await work.goesOn();
    await work.stop();
    await expectWhole(system, ledger);
  });

  it('takes a message, and its acknowledgement is lost', async () => {
    const { wire } = system.nats;
    const lost = wire.hold({ sends: ['PUB ', '.blob.created.'], keep: 'answer' }).then(() => wire.release());
    await ledger.store();
    await lost;
    await expectWhole(system, ledger);
  });

  it('cannot be reached', async () => {
    const work = workOn([ledger]);
    await work.goesOn();
    await system.nats.link.poison({ type: 'timeout', stream: 'upstream', attributes: { timeout: 0 } });
    const before = ledger.acknowledged.size;
    // Writes do not wait for the log.
    await work.goesOn();
    expect(ledger.acknowledged.size).toBeGreaterThan(before);
    await system.nats.link.cut();
    await work.goesOn();
    await system.nats.link.heal();
    await work.stop();
    await expectWhole(system, ledger);
  });

  it('killed with kill -9 and out of reach for those who read, while others publish again', async () => {
    await ledger.store();
    await expectWhole(system, ledger);
    await system.restart('state', { NATS_URL: system.nats.server.url });
    const logged = () => system.stores.log(ledger.userId).then(({ length }) => length);
    const before = await logged();
    await system.nats.link.cut();
    // What the server remembered of its readers is gone: they have to know where they stopped.
    await system.nats.server.kill();
    await system.nats.server.start();
    for (const _ of DRAFTS) await ledger.store();
    await vi.waitFor(async () => expect(await logged()).toBe(before + DRAFTS.length), { timeout: 60_000 });
    await system.nats.link.heal();
    await expectWhole(system, ledger);
    await system.restart('state');
  });

  it('has room for far less than is written under load', async () => {
    await ledger.store();
    await expectWhole(system, ledger);
    const { config, state } = await info();
    await limit(SMALL);
    const work = workOn([ledger]);
    await vi.waitFor(
      async () => {
        await work.goesOn();
        const now = (await info()).state;
        expect(now.messages).toBeLessThanOrEqual(Math.max(SMALL, state.messages));
        expect(now.last_seq).toBeGreaterThan(state.last_seq + 2 * SMALL);
      },
      { timeout: 180_000 },
    );
    await work.stop();
    await expectWhole(system, ledger, { restored: true });
    expect((await info()).state.first_seq).toBeGreaterThan(state.last_seq);
    await limit(config.max_msgs);
  });

  it('has no room for what a processor that is away has still to do', async () => {
    const { config } = await info();
    await system.process('text-expansion').kill();
    for (const _ of DRAFTS) await ledger.store();
    await vi.waitFor(async () => expect(await messages()).toHaveLength(DRAFTS.length), { timeout: 20_000 });
    const asked = (await info()).state.last_seq;
    await limit(SMALL);
    const subject = `${system.stores.namespace}.blob.failed.somebody`;
    const others = Array.from({ length: 50 }, () => ({ subject, data: new TextEncoder().encode('{}') }));
    await vi.waitFor(
      async () => {
        await publish(others);
        expect((await info()).state.first_seq).toBeGreaterThan(asked);
      },
      { timeout: 60_000 },
    );
    await limit(config.max_msgs);
    await system.restart('text-expansion');
    await expectWhole(system, ledger, { restored: true });
  });

  it('delivers every message ten times, shuffled', async () => {
    await system.process('text-expansion').kill();
    for (const _ of DRAFTS) await ledger.store();
    await vi.waitFor(async () => expect(await messages()).toHaveLength(DRAFTS.length), { timeout: 20_000 });
    await repeatAll();
    await system.restart('text-expansion');
    await expectWhole(system, ledger, { repeats: true });
    // Now also what came of it.
    await repeatAll();
    await ledger.store();
    await expectWhole(system, ledger, { repeats: true });
  });

  it('has a message that nobody understands among good ones', async () => {
    const subject = `${system.stores.namespace}.blob.created.${userToken(ledger.userId)}`;
    const setAside = () =>
      system.stores.withStream(
        async (manager, name) => (await manager.streams.info(`${name}_DLQ`)).state.messages,
      );
    const before = await setAside();
    await ledger.store();
    await publish([{ subject, data: new TextEncoder().encode('{"blob_id": 1}') }]);
    const begin = Date.now();
    await ledger.store();
    await expectWhole(system, ledger);
    expect(await setAside()).toBe(before + 1);
    // Neighbours are not delayed.
    expect(Date.now() - begin).toBeLessThan(20_000);
  });

  it('loses its stream with all that it holds', async () => {
    await ledger.store();
    await expectWhole(system, ledger);
    const cursor = ledger.follower.seen.at(-1)?.cursor;
    await system.process('text-expansion').kill();
    // One that nobody has taken yet.
    await ledger.store();
    await vi.waitFor(async () => expect((await system.stores.log(ledger.userId)).length).toBeGreaterThan(4), {
      timeout: 20_000,
    });
    await system.stores.withStream((manager, name) => manager.streams.delete(name));
    await ledger.store();
    await system.restart('text-expansion');
    await expectWhole(system, ledger, { restored: true });
    const changes = ledger.client.subscribe(
      'subscription ($after: String) { blobChanged(after: $after) { kind } }',
      {
        after: cursor,
      },
    );
    await expect(changes.next()).rejects.toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
  });
});
