import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { load, machine } from '../e2e/harness/machine.ts';
import { type System, startSystem } from '../e2e/harness/system.ts';
import { serviceNames } from '../platform/config/config.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { builtFile } from '../platform/process/paths.ts';
import { type AttackName, attacks } from './crowd/attacks.ts';
import { startUser, type User } from './crowd/user.ts';
import { shown, verdicts } from './crowd/verdict.ts';
import { progress } from './harness/benchmark.ts';
import { residentMemory } from './harness/processes.ts';
import { table } from './harness/statistics.ts';

/**
 * `npm run soak:crowd [-- --minutes N]`: twenty users on real servers, with documents in PostgreSQL and each service
 * as a process of its own. One user is hostile, and attacks in all ways in turn. Exits with 1 unless memory stays
 * flat, the others are served as fast as before, and nothing of theirs is lost.
 */

const OTHERS = 19;
const SAMPLE_EVERY_MS = 1_000;
/** Share of the time before the attacks, as the baseline. */
const CALM_SHARE = 0.1;
/** How often all attacks are repeated. */
const CYCLES = 9;
const REST_WITHIN_MS = 20 * 60_000;

function minutes(): number {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
  const given = Number(values.minutes);
  if (!(given > 0)) throw new UsageError('--minutes must be a number above 0');
  return given;
}

/** Samples the memory of every process, in MiB, until stopped. */
function watchMemory(system: System) {
  const memory = new Map<string, number[]>(serviceNames.map((name) => [name, []]));
  const timer = setInterval(() => {
    for (const [name, samples] of memory)
      samples.push(residentMemory(system.process(name as (typeof serviceNames)[number]).pid));
  }, SAMPLE_EVERY_MS);
  return { memory, stop: () => clearInterval(timer) };
}

const taken = (users: readonly User[]): number[] => users.flatMap(({ samples }) => samples.splice(0));

/** Runs all attacks. @returns latencies of the others' requests in milliseconds, by attack */
async function attack(
  hostile: ChildProcess,
  system: System,
  users: readonly User[],
  totalMs: number,
): Promise<ReadonlyMap<AttackName, readonly number[]>> {
  const names = Object.keys(attacks) as AttackName[];
  const ms = Math.max(1_000, Math.round(totalMs / CYCLES / names.length));
  const token = await system.token('hostile');
  const during = new Map<AttackName, number[]>(names.map((name) => [name, []]));
  for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
    for (const name of names) {
      hostile.send({ attack: name, gateway: system.urls.gateway, token, ms });
      await once(hostile, 'message');
      during.get(name)?.push(...taken(users));
    }
    progress(`attacks: ${cycle} of ${CYCLES} rounds`);
  }
  return during;
}

/** Waits until all acknowledged drafts are as they should be. @returns what still is not when time is up */
async function settled(users: readonly User[]): Promise<string[]> {
  const until = Date.now() + REST_WITHIN_MS;
  for (;;) {
    const lacking = (await Promise.all(users.map((user) => user.lacking()))).flat();
    if (lacking.length === 0 || Date.now() > until) return lacking;
    progress(`not settled yet: ${lacking.length}, e.g. ${lacking[0]}`);
    await pause(5_000);
  }
}

async function observe(system: System, totalMs: number) {
  const users = await Promise.all(Array.from({ length: OTHERS }, (_, seed) => startUser(system, seed + 1)));
  // By then modules and plans are loaded, and connections are open.
  await pause(10_000);
  taken(users);
  await pause(totalMs * CALM_SHARE);
  const before = taken(users);
  const watching = watchMemory(system);
  const hostile = fork(builtFile('bench/crowd/hostile.ts'), { stdio: 'inherit' });
  let during: ReadonlyMap<AttackName, readonly number[]>;
  try {
    during = await attack(hostile, system, users, totalMs * (1 - CALM_SHARE));
  } finally {
    hostile.kill('SIGKILL');
    watching.stop();
  }
  await Promise.all(users.map((user) => user.stop()));
  const lost = await settled(users);
  const failures = users.flatMap((user) => user.failures);
  return { users, memory: watching.memory, before, during, failures, lost };
}

async function main(): Promise<void> {
  const totalMs = minutes() * 60_000;
  const system = await startSystem('processes', {
    services: serviceNames,
    environment: { MONGO_URL: '', NATS_MAX_MEBIBYTES: '256' },
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => void system.stop().finally(() => process.exit(1)));
  try {
    const { users, failures, lost, ...observed } = await observe(system, totalMs);
    const acknowledged = users.reduce((sum, user) => sum + user.acknowledged.size, 0);
    const found = verdicts({ ...observed, failures: failures.length, acknowledged, lost });
    const beside = [...observed.during].map(([name, samples]) => [name, shown(samples)]);
    const rows = found.map(({ what, found: is, allowed, holds }) => [
      what,
      is,
      allowed,
      holds ? 'holds' : 'FAILS',
    ]);
    console.log(
      `${machine()}. Load ${load()}.\n\n${table(['', 'found', 'at most', ''], rows)}\n\n${table(['beside', 'p50 / p99 ms'], beside)}`,
    );
    for (const line of [...new Set(failures), ...lost].slice(0, 20)) console.log(line);
    if (!found.every(({ holds }) => holds)) process.exitCode = 1;
  } finally {
    await system.stop();
  }
}

await main().catch(exitWith);
