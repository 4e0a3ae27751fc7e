import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortOffset } from '../e2e/harness/ports.ts';
import { startProcess } from '../e2e/harness/process.ts';
import { loadConfig } from '../platform/config/config.ts';
import { builtFile, projectFile } from '../platform/process/paths.ts';
import { stockPeer } from './gateway/peers/installed.ts';
import { type Benchmark, isReady, progress, until } from './harness/benchmark.ts';
import { cpuTime, memory } from './harness/processes.ts';
import { ratios, spread, table } from './harness/statistics.ts';

/**
 * Start of the system, from the process's start until the gateway reports that all services are ready: on an empty
 * data folder, and again on the same one. Also resident memory of the process tree, then and after the demo. For
 * comparison, the start of Apollo's gateway alone over the same supergraph.
 */

interface Start {
  readonly seconds: number[];
  readonly cpuSeconds: number[];
}

const empty = (): Start => ({ seconds: [], cpuSeconds: [] });

interface Environment extends Record<string, string> {
  readonly DATA_DIR: string;
  readonly PORT_OFFSET: string;
}

async function start(environment: Environment, measured: Start) {
  const startedAt = performance.now();
  const system = startProcess('cli/start.ts', environment, join(environment.DATA_DIR, '..', 'output.log'));
  const { gateway } = loadConfig(environment).urls;
  await until('The system is ready', () => isReady(gateway), { withinMs: 60_000, everyMs: 20 });
  measured.seconds.push((performance.now() - startedAt) / 1_000);
  measured.cpuSeconds.push(cpuTime(system.pid) / 1_000);
  return system;
}

async function startStockGateway(folder: string, measured: Start): Promise<void> {
  const startedAt = performance.now();
  const supergraph = projectFile('gateway', 'supergraph.graphql');
  const gateway = await stockPeer().start({ supergraph, urls: {}, folder });
  measured.seconds.push((performance.now() - startedAt) / 1_000);
  measured.cpuSeconds.push(cpuTime(gateway.pid) / 1_000);
  await gateway.stop();
}

async function runDemo(environment: Environment): Promise<void> {
  const demo = spawn(process.execPath, [builtFile('cli/blobgraph.ts'), 'demo'], {
    env: environment,
    stdio: 'ignore',
  });
  const [code] = await once(demo, 'exit');
  if (code !== 0) throw new Error(`The demo ended with code ${code}`);
}

interface Measured {
  readonly first: Start;
  readonly later: Start;
  readonly stock: Start;
  readonly started: number[];
  readonly peak: number[];
  readonly demoed: number[];
}

async function round({ first, later, stock, started, peak, demoed }: Measured): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-bench-'));
  try {
    const dataDir = join(folder, 'data');
    const environment: Environment = { DATA_DIR: dataDir, PORT_OFFSET: String(await freePortOffset()) };
    await (await start(environment, first)).stop();
    const system = await start(environment, later);
    started.push(memory(system.pid).now);
    await runDemo(environment);
    const { now, peak: highest } = memory(system.pid);
    demoed.push(now);
    peak.push(highest);
    await system.stop();
    await startStockGateway(folder, stock);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function report({ first, later, stock, started, peak, demoed }: Measured): string {
  const row = (what: string, { seconds, cpuSeconds }: Start) => [
    what,
    spread(seconds, 1),
    ratios(seconds, stock.seconds),
    spread(cpuSeconds, 1),
    ratios(cpuSeconds, stock.cpuSeconds),
  ];
  const starts = table(
    ['until ready', 'seconds', 'to the stock gateway', 'CPU seconds', 'to the stock gateway'],
    [row('first start', first), row('later start', later), row('stock gateway alone', stock)],
  );
  const resident = table(
    ['resident, MiB', 'process tree'],
    [
      ['ready', spread(started, 0)],
      ['after the demo’s book', spread(demoed, 0)],
      ['highest of the process', spread(peak, 0)],
    ],
  );
  return `${starts}\n\n${resident}`;
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const measured = { first: empty(), later: empty(), stock: empty(), started: [], peak: [], demoed: [] };
    for (let done = 1; done <= rounds; done += 1) {
      await round(measured);
      progress(`round ${done} of ${rounds}`);
    }
    return report(measured);
  },
};
