import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_QUERY, createDraft } from '../e2e/harness/operations.ts';
import { mainJob, type Shape, type System, startSystem } from '../e2e/harness/system.ts';
import { UsageError } from '../platform/process/exit.ts';
import { projectRoot } from '../platform/process/paths.ts';
import { type Operation, usersOf } from './gateway/load.ts';
import { type Figures, type Measured, takeTurns } from './gateway/measure.ts';
import { type Benchmark, type BenchmarkOptions, progress } from './harness/benchmark.ts';
import { prose, untilCompleted } from './harness/drafts.ts';
import { ratios, spread, table } from './harness/statistics.ts';

/**
 * The whole way of a query, from the client through the gateway, the subgraphs and their stores and back: this build
 * and another one (`--before FOLDER`: a built checkout), each a whole system, in turns. One request at a time.
 */

/** State in PostgreSQL: on MongoDB, most of what is measured is the stand-in of `npm run services`. */
const NO_MONGO = { MONGO_URL: '' };
const DRAFTS = 100;
const SENTENCES = 12;

const LIST = 'query ($first: Int) { blobs(first: $first) { nodes { id type title createdAt } } }';

const operations: readonly { readonly id: string; readonly name: string; readonly operation: Operation }[] = [
  { id: 'typename', name: '`{ __typename }`', operation: { query: '{ __typename }' } },
  { id: 'page', name: 'page of 20 entries', operation: { query: LIST, variables: { first: 20 } } },
  ...[1, 20, 100].map((first) => ({
    id: `core-${first}`,
    name: `core query over ${first}`,
    operation: { query: CORE_QUERY, variables: { first } },
  })),
];

const shapes: readonly { readonly id: Shape; readonly name: string }[] = [
  { id: 'embedded', name: 'embedded' },
  { id: 'real', name: 'one process, real stores' },
  { id: 'processes', name: 'a process each, real stores' },
];

interface Contender extends Measured {
  readonly system: System;
}

/** A system with the drafts of one user, all of them expanded. */
async function start(shape: Shape, root: string): Promise<Contender> {
  const system = await startSystem(shape, { root, environment: shape === 'embedded' ? {} : NO_MONGO });
  const client = await system.client('reader-0');
  for (let seed = 0; seed < DRAFTS; seed += 1)
    await createDraft(client, { content: prose(seed, SENTENCES), chapter: seed + 1 });
  await untilCompleted(client, DRAFTS);
  const headersOf = await usersOf(system.dataDir);
  return {
    system,
    endpoint: `${system.urls.gateway}/graphql`,
    pids: [...new Set(mainJob.map((name) => system.process(name).pid))],
    headers: () => headersOf(0),
  };
}

function row(name: string, now: Figures | undefined, before: Figures | undefined): string[] {
  if (!now) return [name];
  const cells = (['cpuMs', 'p50', 'p99'] as const).flatMap((figure) => [
    spread(now[figure], 1),
    before ? ratios(before[figure], now[figure]) : '–',
  ]);
  return [name, ...cells];
}

async function measure(shape: Shape, before: string | undefined, options: BenchmarkOptions) {
  const turns = { concurrency: 1, rounds: options.rounds, ms: options.turnMs };
  const contenders: Contender[] = [];
  try {
    for (const root of before === undefined ? [projectRoot] : [projectRoot, before])
      contenders.push(await start(shape, root));
    const rows: string[][] = [];
    for (const { id, name, operation } of operations) {
      if (options.workloads.length > 0 && !options.workloads.includes(id)) continue;
      const [now, then] = await takeTurns(contenders, operation, turns);
      rows.push(row(name, now, then));
      progress(`${shape}, ${id}`);
    }
    return rows;
  } finally {
    await Promise.all(contenders.map(({ system }) => system.stop()));
  }
}

export const benchmark: Benchmark = {
  async run(options) {
    const { before, peers } = options;
    if (before !== undefined && !existsSync(join(before, 'dist', 'cli', 'start.js')))
      throw new UsageError(`--before ${before} has no build: run \`npm ci\` there`);
    const sections: string[] = [];
    for (const { id, name } of shapes) {
      if (peers.length > 0 && !peers.includes(id)) continue;
      const rows = await measure(id, before, options);
      const head = [name, 'CPU ms', 'before / now', 'p50 ms', 'before / now', 'p99 ms', 'before / now'];
      sections.push(table(head, rows));
    }
    return sections.join('\n\n');
  },
};
