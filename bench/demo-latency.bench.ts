import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePortOffset } from '../e2e/harness/ports.ts';
import { startProcess } from '../e2e/harness/process.ts';
import { loadConfig } from '../platform/config.ts';
import { developmentToken } from '../platform/identity/development-token.ts';
import { developmentKeys } from '../platform/identity/keys.ts';
import { builtFile, projectFile } from '../platform/paths.ts';

/**
 * How fast the gateway answers `{ __typename }` while a book goes through the system: starts an embedded system with
 * data of its own, runs the demo against it and asks at a fixed rate, whether earlier answers are there or not.
 *
 *     npm run build:ts && node dist/bench/demo-latency.bench.js [book folder]
 */

const EVERY_MS = 20;
const READY_WITHIN_MS = 60_000;

const folder = process.argv[2] ?? projectFile('..', 'shared', 'data', 'sherlock-holmes');
const dataDir = await mkdtemp(join(tmpdir(), 'blobgraph-bench-'));
const environment = { DATA_DIR: dataDir, PORT_OFFSET: String(await freePortOffset()) };
const config = loadConfig(environment);
const gateway = config.urls.gateway;

async function untilReady(): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  while (!(await fetch(`${gateway}/ready`).catch(() => undefined))?.ok) {
    if (performance.now() > until) throw new Error('The system did not become ready');
    await delay(100);
  }
}

async function ask(authorization: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: '{"query":"{ __typename }"}',
  });
  if (!(await answer.text()).includes('"Query"')) throw new Error(`The gateway answered ${answer.status}`);
  return performance.now() - startedAt;
}

const round = (ms: number): string => `${ms.toFixed(1)} ms`;

function summary(latencies: readonly number[]): string {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return `${sorted.length} requests: min ${round(at(0))}, median ${round(at(0.5))}, p99 ${round(at(0.99))}, max ${round(at(1))}`;
}

const system = startProcess('cli/start.ts', environment, join(dataDir, 'output.log'));
try {
  await untilReady();
  const authorization = `Bearer ${await developmentToken({ config, keys: developmentKeys(dataDir) }, 'bench')}`;
  await ask(authorization);
  const asked: Promise<number>[] = [];
  const demo = spawn(process.execPath, [builtFile('cli/demo.ts'), '--book', folder], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const timer = setInterval(() => asked.push(ask(authorization)), EVERY_MS);
  const [code] = await once(demo, 'exit');
  clearInterval(timer);
  if (code !== 0) throw new Error(`The demo ended with code ${code}`);
  console.log(`\n{ __typename } every ${EVERY_MS} ms meanwhile, ${summary(await Promise.all(asked))}`);
} finally {
  await system.stop();
  await rm(dataDir, { recursive: true, force: true });
}
