import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Ledger, openLedger } from './ledger.ts';
import { type FaultOptions, type FaultSystem, startFaultSystem } from './system.ts';

/** The system of this test file, once {@link runFaultSystem} has started it. */
export let system: FaultSystem;
/** Of the running test's user; each test has one of its own. */
export let ledger: Ledger;

/** Runs a system for the tests of a file, and opens a ledger for each of them. */
export function runFaultSystem(options: () => FaultOptions = () => ({})): void {
  beforeAll(async () => {
    system = await startFaultSystem(options());
  });
  afterAll(() => system?.stop());
  beforeEach(async () => {
    ledger = await openLedger(system);
  });
  afterEach(() => ledger?.close());
}
