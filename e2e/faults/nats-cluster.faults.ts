import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, it } from 'vitest';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';
import { type Work, workOn } from './harness/work.ts';

let work: Work;

const faults = runFaultSystem(() => ({ cluster: true }));
beforeEach(async () => {
  work = workOn([faults.ledger]);
  await work.goesOn();
});

const NODES = [0, 1, 2];
const leader = () => faults.system.cluster.leaderOf(faults.system.stores.namespace.toUpperCase());

async function expectNothingLost(): Promise<void> {
  await work.goesOn();
  await work.stop();
  await expectWhole(faults.system, faults.ledger);
}

describe('a cluster of three NATS servers', () => {
  it('with kill -9 of each in turn while users write', async () => {
    for (const node of NODES) {
      await faults.system.cluster.kill(node);
      await work.goesOn();
      await faults.system.cluster.restart(node);
      await faults.system.cluster.ready();
    }
    await expectNothingLost();
  });

  it('with kill -9 of all at once', async () => {
    await Promise.all(NODES.map((node) => faults.system.cluster.kill(node)));
    await work.goesOn();
    await Promise.all(NODES.map((node) => faults.system.cluster.restart(node)));
    await faults.system.cluster.ready();
    await expectNothingLost();
  });

  it('with the leader of the stream stopped for ten seconds', async () => {
    const stopped = await leader();
    faults.system.cluster.pause(stopped);
    // The length is the fault.
    await pause(10_000);
    await work.goesOn();
    faults.system.cluster.resume(stopped);
    await expectNothingLost();
  });
});
