import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Ledger, openLedger } from './ledger.ts';
import { type FaultOptions, type FaultSystem, startFaultSystem } from './system.ts';

/** The system of a test file, and the ledger of its running test. */
export interface FaultSuite {
  /** @throws Error before the first test */
  readonly system: FaultSystem;
  /** Of a new user for each test. @throws as `system` */
  readonly ledger: Ledger;
}

const started = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('Only tests and their hooks have a system');
  return value;
};

/** Runs a system for the tests of a file, and opens a ledger for each of them. */
export function runFaultSystem(options: () => FaultOptions = () => ({})): FaultSuite {
  let system: FaultSystem | undefined;
  let ledger: Ledger | undefined;
  beforeAll(async () => {
    system = await startFaultSystem(options());
  });
  afterAll(() => system?.stop());
  beforeEach(async () => {
    ledger = await openLedger(started(system));
  });
  afterEach(() => ledger?.close());
  return {
    get system() {
      return started(system);
    },
    get ledger() {
      return started(ledger);
    },
  };
}
