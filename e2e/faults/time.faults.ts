import { randomBytes } from 'node:crypto';
import { describe, it } from 'vitest';
import type { ServiceName } from '../../platform/config.ts';
import { skewedClock } from './harness/clock.ts';
import { expectWhole } from './harness/oracle.ts';
import { ledger, runFaultSystem, system } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

runFaultSystem();

const HOUR_MS = 3_600_000;

describe('clocks an hour apart', () => {
  it.each<[ServiceName, number]>([
    ['gateway', HOUR_MS],
    ['gateway', -HOUR_MS],
    ['state', HOUR_MS],
    ['state', -HOUR_MS],
    ['text-expansion', HOUR_MS],
    ['text-expansion', -HOUR_MS],
  ])('that of the %s service by %i ms', async (service, by) => {
    await system.restart(service, skewedClock(by));
    const work = workOn([ledger]);
    await work.isTried(10);
    await system.restart(service);
    await work.goesOn();
    await work.stop();
    await expectWhole(system, ledger);
  });
});

describe('the key of the registry', () => {
  const CONNECTION_KEY = randomBytes(32).toString('base64');

  it('is another after a restart, and that of before again', async () => {
    const work = workOn([ledger]);
    await work.goesOn();
    await system.restart('processors', { CONNECTION_KEY });
    await work.goesOn();
    // It registers again, and what is known of it is sealed with the new key.
    await system.restart('text-expansion');
    await work.goesOn();
    await system.restart('processors');
    await work.goesOn();
    await work.stop();
    await expectWhole(system, ledger);
  });
});
