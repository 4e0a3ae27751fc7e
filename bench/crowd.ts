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
import { watchCores } from './crowd/cores.ts';
import type { Begin, Outcome, Question, Taken } from './crowd/others.ts';
import { report, type Stretch } from './crowd/report.ts';
import { verdicts } from './crowd/verdict.ts';
import { progress } from './harness/benchmark.ts';
import { type Forked, startForked } from './harness/forked.ts';
import { residentMemory } from './harness/processes.ts';

/**
 * `npm run soak:crowd [-- --minutes N --attacks NAME,…]`: twenty users on real servers, with documents in PostgreSQL and
 * each service as a process of its own. One user is hostile, and attacks in all ways in turn. Exits with 1 unless memory
 * stays flat, the others are served as fast as before, and nothing of theirs is lost.
 */

const OTHERS = 19;
const SAMPLE_EVERY_MS = 1_000;
/** Share of the time before the attacks, as the baseline. */
const CALM_SHARE = 0.1;
/** How often all attacks are repeated. */
const CYCLES = 9;
const REST_WITHIN_MS = 20 * 60_000;

const isAttack = (name: string): name is AttackName => name in attacks;

interface Wanted {
  readonly minutes: number;
  readonly names: readonly AttackName[];
}

function wanted(): Wanted {
  const all = Object.keys(attacks);
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      attacks: { type: 'string', default: all.join() },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new UsageError('--minutes must be a number above 0');
  const names = values.attacks.split(',');
  if (!names.every(isAttack)) throw new UsageError(`--attacks must name some of ${all.join(', ')}`);
  return { minutes, names };
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

const ask = <Answer>(others: Forked<unknown>, question: Question['ask']): Promise<Answer> =>
  others.ask<Answer>({ ask: question } satisfies Question);

/** Ends a stretch with each call of what it returns. */
function stretches(system: System, others: Forked<unknown>, hostile: ChildProcess) {
  const services = serviceNames.map((name) => [name, system.process(name).pid] as const);
  const pids = new Map<string, number>([...services, ['hostile', hostile.pid ?? 0], ['others', others.pid]]);
  const cores = watchCores(pids, system.process('gateway').pid);
  return async (): Promise<Stretch> => ({ ...(await ask<Taken>(others, 'taken')), cores: cores() });
}

/** Runs the attacks. @returns the stretches of each */
async function attack(
  hostile: ChildProcess,
  system: System,
  next: () => Promise<Stretch>,
  { names, totalMs }: { readonly names: readonly AttackName[]; readonly totalMs: number },
): Promise<ReadonlyMap<AttackName, readonly Stretch[]>> {
  const ms = Math.max(1_000, Math.round(totalMs / CYCLES / names.length));
  const token = await system.token('hostile');
  const during = new Map<AttackName, Stretch[]>(names.map((name) => [name, []]));
  for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
    for (const name of names) {
      hostile.send({ attack: name, gateway: system.urls.gateway, token, ms });
      await once(hostile, 'message');
      during.get(name)?.push(await next());
    }
    progress(`attacks: ${cycle} of ${CYCLES} rounds`);
  }
  return during;
}

/** Waits until all acknowledged drafts are as they should be. @returns what still is not when time is up */
async function settled(others: Forked<unknown>): Promise<readonly string[]> {
  const until = Date.now() + REST_WITHIN_MS;
  for (;;) {
    const lacking = await ask<readonly string[]>(others, 'lacking');
    if (lacking.length === 0 || Date.now() > until) return lacking;
    progress(`not settled yet: ${lacking.length}, e.g. ${lacking[0]}`);
    await pause(5_000);
  }
}

async function startOthers(system: System): Promise<Forked<unknown>> {
  const others = await startForked(builtFile('bench/crowd/others.ts'), []);
  const tokens = await Promise.all(
    Array.from({ length: OTHERS }, (_, index) => system.token(`user${index + 1}`)),
  );
  await others.ask({ gateway: system.urls.gateway, tokens } satisfies Begin);
  return others;
}

async function observe(system: System, { minutes, names }: Wanted) {
  const totalMs = minutes * 60_000;
  const others = await startOthers(system);
  const hostile = fork(builtFile('bench/crowd/hostile.ts'), { stdio: 'inherit' });
  const next = stretches(system, others, hostile);
  const watching = watchMemory(system);
  try {
    // By then modules and plans are loaded, and connections are open.
    await pause(10_000);
    await next();
    await pause(totalMs * CALM_SHARE);
    const before = await next();
    for (const samples of watching.memory.values()) samples.length = 0;
    const during = await attack(hostile, system, next, { names, totalMs: totalMs * (1 - CALM_SHARE) });
    watching.stop();
    hostile.kill('SIGKILL');
    await ask(others, 'stop');
    const lost = await settled(others);
    return { memory: watching.memory, before, during, lost, ...(await ask<Outcome>(others, 'outcome')) };
  } finally {
    watching.stop();
    hostile.kill('SIGKILL');
    await others.stop();
  }
}

async function main(): Promise<void> {
  const run = wanted();
  const loadBefore = load();
  const system = await startSystem('processes', {
    services: serviceNames,
    environment: { MONGO_URL: '', NATS_MAX_MEBIBYTES: '256' },
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => void system.stop().finally(() => process.exit(1)));
  try {
    const observed = await observe(system, run);
    const found = verdicts({
      ...observed,
      before: observed.before.samples,
      during: new Map(
        [...observed.during].map(([name, each]) => [name, each.flatMap(({ samples }) => samples)]),
      ),
      failures: observed.failures.length,
    });
    console.log(
      `${machine()}. Load before ${loadBefore}, after ${load()}; ${run.minutes} minutes.\n\n${report(observed, found)}`,
    );
    for (const line of [...new Set(observed.failures), ...observed.lost].slice(0, 20)) console.log(line);
    if (!found.every(({ holds }) => holds)) process.exitCode = 1;
  } finally {
    await system.stop();
  }
}

await main().catch(exitWith);
