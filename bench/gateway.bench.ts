import { deepStrictEqual } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Headers, usersOf } from './gateway/load.ts';
import { type Answered, askOnce, type Contender, takeTurns } from './gateway/measure.ts';
import { measureOverhead, type Overhead, overheadTable } from './gateway/overhead.ts';
import { hivePeers, stockPeer, tunedPeer } from './gateway/peers/installed.ts';
import { own, ownAlone, ownCached } from './gateway/peers/own.ts';
import type { Peer } from './gateway/peers/peer.ts';
import { routerPeer } from './gateway/peers/router.ts';
import { type Row, workloadReport } from './gateway/report.ts';
import type { StubGraphName } from './gateway/stubs/server.ts';
import { type Stubs, startStubs } from './gateway/stubs/stubs.ts';
import { type Case, type Workload, workloads } from './gateway/workloads.ts';
import { type Benchmark, type BenchmarkOptions, progress } from './harness/benchmark.ts';

/**
 * Our gateway and others, each in a process of its own, over the same subgraphs. Those are stubs in another process,
 * cheap enough that the gateway is what is measured.
 */

const GRAPHS: readonly StubGraphName[] = ['lineage', 'shop'];

interface Running {
  readonly stubs: Stubs;
  readonly contenders: readonly Contender[];
  readonly headers: Headers;
}

const isOne = (id: string, of: readonly string[]): boolean => of.length === 0 || of.includes(id);

/** The system's gateway serves only its own graph. */
function peersOf(graph: StubGraphName, { router, peers }: BenchmarkOptions): readonly Peer[] {
  const ours = graph === 'lineage' ? [own, ownCached, ownAlone] : [ownAlone];
  const theirs = [stockPeer(), tunedPeer(), ...hivePeers(), ...(router ? [routerPeer(router)] : [])];
  return [...ours, ...theirs].filter(({ id }) => isOne(id, peers));
}

async function measureCase(
  { stubs, contenders, headers }: Running,
  { label, operation, concurrency }: Case,
  { rounds, turnMs: ms }: BenchmarkOptions,
): Promise<{ readonly rows: readonly Row[]; readonly answerKb: number }> {
  const asked: Answered[] = [];
  for (const contender of contenders) asked.push(await askOnce(contender, operation, headers, stubs));
  const answers = asked.map(({ answer }) => answer);
  for (const answer of answers) deepStrictEqual(answer, answers[0], `${label}: the answers differ`);
  const measured = contenders.map(({ gateway: { endpoint, pid } }) => ({ endpoint, pids: [pid], headers }));
  const figures = await takeTurns(measured, operation, { concurrency, rounds, ms });
  const rows = figures.map((of, index) => ({
    label,
    name: contenders[index]?.name ?? '',
    asking: asked[index]?.asking,
    figures: of,
    ours: figures[0],
  }));
  return { rows, answerKb: JSON.stringify(answers[0]).length / 1_000 };
}

/** Measures all peers, ours first. With one request at a time, also measures its overhead over the subgraphs. */
async function measureWorkload(
  running: Running,
  { title, slow, varied, cases }: Workload,
  options: BenchmarkOptions,
): Promise<{ readonly report: string; readonly overhead: readonly Overhead[] }> {
  const { stubs, contenders, headers } = running;
  const ours = contenders.find(({ name }) => name.startsWith(own.name));
  if (slow) await stubs.delay(slow.subgraph, slow.ms);
  if (varied !== undefined) await stubs.vary(varied, true);
  const rows: Row[] = [];
  const overhead: Overhead[] = [];
  let largestKb = 0;
  for (const each of cases) {
    const found = await measureCase(running, each, options);
    rows.push(...found.rows);
    largestKb = Math.max(largestKb, found.answerKb);
    progress(`${title}, ${each.label}`);
    if (each.concurrency > 1 || !ours) continue;
    const { rounds, turnMs: ms } = options;
    const about = { label: `${title}, ${each.label}`, operation: each.operation, rounds, ms };
    overhead.push(await measureOverhead(ours, { ...about, headers, stubs }));
  }
  if (slow) await stubs.delay(slow.subgraph, 0);
  if (varied !== undefined) await stubs.vary(varied, false);
  return { report: workloadReport(title, largestKb, rows), overhead };
}

interface Found {
  readonly reports: readonly string[];
  readonly overhead: readonly Overhead[];
}

async function measureGraph(graph: StubGraphName, folder: string, options: BenchmarkOptions): Promise<Found> {
  const wanted = workloads.filter((each) => each.graph === graph && isOne(each.id, options.workloads));
  const peers = peersOf(graph, options);
  if (wanted.length === 0 || peers.length === 0) return { reports: [], overhead: [] };
  const stubs = await startStubs(graph, folder);
  const contenders: Contender[] = [];
  try {
    for (const peer of peers) {
      progress(`${peer.name} starts`);
      contenders.push({ name: peer.name, gateway: await peer.start({ ...stubs, folder }) });
    }
    const running = { stubs, contenders, headers: await usersOf(folder) };
    const found = [];
    for (const workload of wanted) found.push(await measureWorkload(running, workload, options));
    return {
      reports: found.map(({ report }) => report),
      overhead: found.flatMap(({ overhead }) => overhead),
    };
  } finally {
    await Promise.all([...contenders.map(({ gateway }) => gateway.stop()), stubs.stop()]);
  }
}

/** The peers with their versions. */
function versionsOf(options: BenchmarkOptions): string {
  const all = GRAPHS.flatMap((graph) => peersOf(graph, options));
  return [...new Map(all.map(({ name, versions }) => [name, versions]))]
    .map(([name, versions]) => `${name}: ${versions}.`)
    .join(' ');
}

export const benchmark: Benchmark = {
  async run(options) {
    const versions = versionsOf(options);
    const folder = await mkdtemp(join(tmpdir(), 'blobgraph-bench-'));
    try {
      const found: Found[] = [];
      for (const graph of GRAPHS) found.push(await measureGraph(graph, folder, options));
      const reports = found.flatMap((each) => each.reports);
      return [versions, ...reports, overheadTable(found.flatMap(({ overhead }) => overhead))].join('\n\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
