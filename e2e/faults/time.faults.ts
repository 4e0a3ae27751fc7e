import { randomBytes } from 'node:crypto';
import { describe, it } from 'vitest';
import type { ServiceName } from '../../platform/config/config.ts';
import { skewedClock } from './harness/clock.ts';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

const faults = runFaultSystem();

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
    await faults.system.restart(service, skewedClock(by));
    const work = workOn([faults.ledger]);
    await work.isTried(10);
    await faults.system.restart(service);
    await work.goesOn();
    await work.stop();
    await expectWhole(faults.system, faults.ledger);
  });
});

describe('the key of the registry', () => {
  const CONNECTION_KEY = randomBytes(32).toString('base64');

  it('is another after a restart, and that of before again', async () => {
    const work = workOn([faults.ledger]);
    await work.goesOn();
    await faults.system.restart('processors', { CONNECTION_KEY });
    await work.goesOn();
    // It registers again, and its record is encrypted with the new key.
    await faults.system.restart('text-expansion');
    await work.goesOn();
    await faults.system.restart('processors');
    await work.goesOn();
    await work.stop();
    await expectWhole(faults.system, faults.ledger);
  });
});
