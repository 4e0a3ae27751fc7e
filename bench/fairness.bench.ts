import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createDraft } from '../e2e/harness/operations.ts';
import { type System, startSystem } from '../e2e/harness/system.ts';
import { builtFile } from '../platform/process/paths.ts';
import { type FloodKind, floodKinds, floodNames } from './fairness/kinds.ts';
import { type Benchmark, progress } from './harness/benchmark.ts';
import { prose, untilCompleted } from './harness/drafts.ts';
import { quantile, ratios, spread, table } from './harness/statistics.ts';

/**
 * Latency of a quiet user's `{ me { id } }` while another user floods the system. The embedded system runs on one
 * core, its clients on another. Idle and flooded turns alternate.
 */

const QUERY = JSON.stringify({ query: '{ me { id } }' });
const BETWEEN_MS = 5;
const DRAFTS = 100;

async function ask(gateway: string, authorization: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: QUERY,
  });
  if (!(await answer.text()).includes('"quiet"')) throw new Error(`The gateway answered ${answer.status}`);
  return performance.now() - startedAt;
}

async function asked(gateway: string, authorization: string, forMs: number): Promise<number[]> {
  const samples: number[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    samples.push(await ask(gateway, authorization));
    await pause(BETWEEN_MS);
  }
  return samples;
}

/** Median and 99th percentile of each turn, in milliseconds. */
interface Measured {
  readonly idle: { readonly p50: number[]; readonly p99: number[] };
  readonly flooded: { readonly p50: number[]; readonly p99: number[] };
}

const note = ({ p50, p99 }: Measured['idle'], samples: readonly number[]): void => {
  p50.push(quantile(samples, 0.5));
  p99.push(quantile(samples, 0.99));
};

async function startFlood(system: System, kind: FloodKind) {
  const flood = fork(builtFile('bench/fairness/flood.ts'), { stdio: 'inherit' });
  flood.send({ kind, gateway: system.urls.gateway, token: await system.token('hostile') });
  await once(flood, 'message');
  return async () => {
    flood.kill('SIGKILL');
    await once(flood, 'exit');
  };
}

async function round(kind: FloodKind, turnMs: number, measured: Measured): Promise<void> {
  const system = await startSystem('embedded');
  try {
    execFileSync('taskset', ['-acp', '0', String(system.process('gateway').pid)]);
    const { gateway } = system.urls;
    const authorization = `Bearer ${await system.token('quiet')}`;
    const hostile = await system.client('hostile');
    for (let seed = 0; seed < DRAFTS; seed += 1)
      await createDraft(hostile, { content: prose(seed, 12), chapter: (seed % 40) + 1 });
    await untilCompleted(hostile, DRAFTS);
    await asked(gateway, authorization, turnMs);
    note(measured.idle, await asked(gateway, authorization, turnMs));
    const stopFlood = await startFlood(system, kind);
    note(measured.flooded, await asked(gateway, authorization, turnMs));
    await stopFlood();
  } finally {
    await system.stop();
  }
}

async function measure(kind: FloodKind, rounds: number, turnMs: number): Promise<string[]> {
  const none = (): Measured['idle'] => ({ p50: [], p99: [] });
  const measured: Measured = { idle: none(), flooded: none() };
  for (let done = 1; done <= rounds; done += 1) {
    await round(kind, turnMs, measured);
    progress(`${kind}: round ${done} of ${rounds}`);
  }
  const { idle, flooded } = measured;
  return [
    floodNames[kind],
    spread(idle.p50, 1),
    spread(idle.p99, 1),
    ratios(flooded.p50, idle.p50),
    ratios(flooded.p99, idle.p99),
  ];
}

export const benchmark: Benchmark = {
  async run({ rounds, turnMs, workloads }) {
    execFileSync('taskset', ['-acp', '1', String(process.pid)]);
    const kinds = floodKinds.filter((kind) => workloads.length === 0 || workloads.includes(kind));
    const rows: string[][] = [];
    for (const kind of kinds) rows.push(await measure(kind, rounds, turnMs));
    const head = [
      'meanwhile, another user has',
      'idle p50 ms',
      'idle p99 ms',
      'p50 over idle',
      'p99 over idle',
    ];
    return table(head, rows);
  },
};
