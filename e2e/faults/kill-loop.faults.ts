import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mainJob } from '../harness/system.ts';
import { type Ledger, openLedger } from './harness/ledger.ts';
import { expectWhole } from './harness/oracle.ts';
import { type FaultSystem, startFaultSystem } from './harness/system.ts';
import { type Work, workOn } from './harness/work.ts';

const USERS = 3;
const ROUNDS = [1, 2] as const;

let system: FaultSystem;
let ledgers: Ledger[];
let work: Work;

beforeAll(async () => {
  system = await startFaultSystem();
  ledgers = await Promise.all(Array.from({ length: USERS }, () => openLedger(system)));
  work = workOn(ledgers);
});
afterAll(async () => {
  await work?.stop().catch(() => undefined);
  await Promise.all((ledgers ?? []).map((ledger) => ledger.close()));
  await system?.stop();
});

describe.each(ROUNDS)('kill -9 while users write, round %i', () => {
  it.each(mainJob)('of the %s service', async (service) => {
    await work.goesOn();
    await system.process(service).kill();
    await system.restart(service);
    await work.goesOn();
  });
});

it('lost nothing, and made nothing twice', async () => {
  await work.stop();
  for (const ledger of ledgers) {
    expect(ledger.compiled.size).toBeGreaterThan(0);
    await expectWhole(system, ledger);
  }
  // Otherwise no kill had an effect.
  expect(ledgers.reduce((sum, { unanswered }) => sum + unanswered, 0)).toBeGreaterThan(0);
});
