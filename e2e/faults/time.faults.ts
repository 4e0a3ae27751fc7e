import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import type { ServiceName } from '../../platform/config.ts';
import { skewedClock } from './harness/clock.ts';
import { type Ledger, openLedger } from './harness/ledger.ts';
import { expectWhole } from './harness/oracle.ts';
import { type FaultSystem, startFaultSystem } from './harness/system.ts';
import { workOn } from './harness/work.ts';

let system: FaultSystem;
let ledger: Ledger;

beforeAll(async () => {
  system = await startFaultSystem();
});
afterAll(() => system?.stop());
beforeEach(async () => {
  ledger = await openLedger(system);
});
afterEach(() => ledger?.close());

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
