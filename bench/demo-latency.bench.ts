import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { startSystem } from '../e2e/harness/system.ts';
import { builtFile, projectFile } from '../platform/process/paths.ts';
import { type Benchmark, progress } from './harness/benchmark.ts';
import { quantile, spread, table } from './harness/statistics.ts';

/**
 * Latency of `{ __typename }` while a book goes through the system: an embedded system with data of its own runs the
 * demo, and gets requests at a fixed rate, whether earlier ones were answered or not.
 */

const EVERY_MS = 20;
const BOOK = projectFile('..', 'shared', 'data', 'sherlock-holmes');

async function ask(gateway: string, authorization: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: '{"query":"{ __typename }"}',
  });
  if (!(await answer.text()).includes('"Query"')) throw new Error(`The gateway answered ${answer.status}`);
  return performance.now() - startedAt;
}

interface Measured {
  readonly seconds: number[];
  readonly p50: number[];
  readonly p99: number[];
  readonly slowest: number[];
}

async function round(book: readonly string[], measured: Measured): Promise<void> {
  const system = await startSystem('embedded');
  try {
    const { gateway } = system.urls;
    const authorization = `Bearer ${await system.token('bench')}`;
    await ask(gateway, authorization);
    const startedAt = performance.now();
    const demo = spawn(process.execPath, [builtFile('cli/blobgraph.ts'), 'demo', ...book], {
      env: { ...system.environment },
      stdio: 'ignore',
    });
    const asked: Promise<number>[] = [];
    const timer = setInterval(() => asked.push(ask(gateway, authorization)), EVERY_MS);
    const [code] = await once(demo, 'exit');
    clearInterval(timer);
    if (code !== 0) throw new Error(`The demo ended with code ${code}`);
    measured.seconds.push((performance.now() - startedAt) / 1_000);
    const answered = await Promise.all(asked);
    measured.p50.push(quantile(answered, 0.5));
    measured.p99.push(quantile(answered, 0.99));
    measured.slowest.push(Math.max(...answered));
  } finally {
    await system.stop();
  }
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const found = existsSync(BOOK);
    const measured: Measured = { seconds: [], p50: [], p99: [], slowest: [] };
    for (let done = 1; done <= rounds; done += 1) {
      await round(found ? ['--book', BOOK] : [], measured);
      progress(`round ${done} of ${rounds}`);
    }
    const { seconds, p50, p99, slowest } = measured;
    return table(
      [found ? 'Sherlock Holmes, 12 chapters' : 'the demo’s own story', 'median (min–max)'],
      [
        ['seconds from drafts to compiled book', spread(seconds, 1)],
        ['`{ __typename }` meanwhile, p50 ms', spread(p50, 1)],
        ['p99 ms', spread(p99, 1)],
        ['slowest ms', spread(slowest, 1)],
      ],
    );
  },
};
