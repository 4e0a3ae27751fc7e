import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, it } from 'vitest';
import { expectWhole } from './harness/oracle.ts';
import { ledger, runFaultSystem, system } from './harness/suite.ts';
import { type Work, workOn } from './harness/work.ts';

let work: Work;

runFaultSystem(() => ({ cluster: true }));
beforeEach(async () => {
  work = workOn([ledger]);
  await work.goesOn();
});

const NODES = [0, 1, 2];
const leader = () => system.cluster.leaderOf(system.stores.namespace.toUpperCase());

async function expectNothingLost(): Promise<void> {
  await work.goesOn();
  await work.stop();
  await expectWhole(system, ledger);
}

describe('a cluster of three NATS servers', () => {
  it('with kill -9 of each in turn while users write', async () => {
    for (const node of NODES) {
      await system.cluster.kill(node);
      await work.goesOn();
      await system.cluster.restart(node);
      await system.cluster.ready();
    }
    await expectNothingLost();
  });

  it('with kill -9 of all at once', async () => {
    await Promise.all(NODES.map((node) => system.cluster.kill(node)));
    await work.goesOn();
    await Promise.all(NODES.map((node) => system.cluster.restart(node)));
    await system.cluster.ready();
    await expectNothingLost();
  });

  it('with the leader of the stream stopped for ten seconds', async () => {
    const stopped = await leader();
    system.cluster.pause(stopped);
    // The fault is its length.
    await pause(10_000);
    await work.goesOn();
    system.cluster.resume(stopped);
    await expectNothingLost();
  });
});
