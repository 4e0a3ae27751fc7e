import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, inject, it } from 'vitest';
import type { ServiceName } from '../../platform/config/config.ts';
import { machine } from '../harness/machine.ts';
import { mainJob } from '../harness/system.ts';
import { type Ledger, openLedger } from './harness/ledger.ts';
import { expectWhole } from './harness/oracle.ts';
import { shuffled } from './harness/shuffled.ts';
import { type FaultSystem, startFaultSystem } from './harness/system.ts';
import type {} from './soak.ts';

/** `npm run soak`: users write at an even pace while every process is killed in turn, in random order. */

const CREATES = inject('creates');
const MINUTES = inject('minutes');
const USERS = 20;
/** Pause between a process's restart and the next kill. */
const BREATH_MS = 1_000;
const REST_WITHIN_MS = 45 * 60_000;

let system: FaultSystem;
let ledgers: Ledger[];

beforeAll(async () => {
  system = await startFaultSystem();
  ledgers = await Promise.all(Array.from({ length: USERS }, () => openLedger(system)));
});
afterAll(async () => {
  await Promise.all((ledgers ?? []).map((ledger) => ledger.close()));
  await system?.stop();
});

async function write(ledger: Ledger, count: number, until: number): Promise<void> {
  for (let left = count; left > 0; left--) {
    await ledger.store();
    // Delays caused by kills are made up for.
    await pause(Math.max(0, (until - Date.now()) / left));
  }
}

async function killUntil(end: number): Promise<Map<ServiceName, number>> {
  const kills = new Map<ServiceName, number>();
  while (Date.now() < end) {
    for (const service of shuffled(mainJob)) {
      if (Date.now() >= end) break;
      await system.process(service).kill();
      await system.restart(service);
      kills.set(service, (kills.get(service) ?? 0) + 1);
      await pause(BREATH_MS);
    }
  }
  return kills;
}

const total = (count: (ledger: Ledger) => number) =>
  ledgers.reduce((sum, ledger) => sum + count(ledger), 0).toLocaleString('en');
const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(0)} s`;

it(`${CREATES} creates while every process is killed in turn for ${MINUTES} minutes`, async () => {
  const begun = Date.now();
  const end = begun + MINUTES * 60_000;
  const [kills] = await Promise.all([
    killUntil(end),
    ...ledgers.map((ledger) => write(ledger, Math.ceil(CREATES / USERS), end)),
  ]);
  const written = Date.now();
  for (const ledger of ledgers) await expectWhole(system, ledger, { withinMs: REST_WITHIN_MS });
  const killed = [...kills].map(([service, count]) => `${service} ${count}`).join(', ');
  console.log(`${machine()}
acknowledged ${total(({ acknowledged }) => acknowledged.size)} within ${seconds(written - begun)}
not answered and sent again ${total(({ unanswered }) => unanswered)}
killed ${[...kills.values()].reduce((sum, count) => sum + count, 0)}: ${killed}
subscribers came back ${total(({ follower }) => follower.breaks)} times and saw ${total(({ follower }) => follower.seen.length)} changes
at rest and checked ${seconds(Date.now() - written)} after the last
lost 0, made twice 0, orphans 0`);
});
