import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bodyOf, createLoad, type Headers, type Load, usersOf } from './gateway/load.ts';
import { own } from './gateway/peers/own.ts';
import type { Gateway } from './gateway/peers/peer.ts';
import { startStubs } from './gateway/stubs/stubs.ts';
import { lineage } from './gateway/workloads.ts';
import { type Benchmark, type BenchmarkOptions, progress } from './harness/benchmark.ts';
import { memory } from './harness/processes.ts';
import { median, table } from './harness/statistics.ts';

/**
 * Whether the gateway's memory grows: resident memory after increasing numbers of requests for the lineage of 20
 * blobs.
 */

/** Requests after which it is warm; later samples are compared with that point. */
const WARM = 10_000;
const STEP = 10;
const CONCURRENCY = 16;
const SAMPLE_EVERY_MS = 200;
/** Share of a stretch's samples, at its end, that count. */
const LAST = 0.1;
/** Time at rest for garbage collection. */
const REST_MS = 5_000;

interface Resident {
  readonly requests: number;
  /** Median of the stretch's last tenth, in MiB. */
  readonly busy: number;
  readonly atRest: number;
}

/** `WARM`, then ten times as many each, up to `last`. */
function checkpoints(last: number): number[] {
  const found: number[] = [];
  for (let requests = WARM; requests < last; requests *= STEP) found.push(requests);
  return [...found, last];
}

async function stretch(load: Load, pid: number, requests: number): Promise<Omit<Resident, 'requests'>> {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(memory(pid).now), SAMPLE_EVERY_MS);
  try {
    await load.run({ concurrency: CONCURRENCY, until: (answers) => answers + CONCURRENCY > requests });
  } finally {
    clearInterval(timer);
  }
  samples.push(memory(pid).now);
  await pause(REST_MS);
  return { busy: median(samples.slice(-Math.ceil(samples.length * LAST))), atRest: memory(pid).now };
}

async function measure({ endpoint, pid }: Gateway, headers: Headers, last: number): Promise<Resident[]> {
  const load = createLoad(endpoint, bodyOf(lineage(20)), headers);
  const found: Resident[] = [];
  try {
    for (const requests of checkpoints(last)) {
      const sent = found.at(-1)?.requests ?? 0;
      found.push({ requests, ...(await stretch(load, pid, requests - sent)) });
      progress(`${requests} requests: ${found.at(-1)?.busy.toFixed(0)} MiB`);
    }
  } finally {
    await load.close();
  }
  return found;
}

function report(found: readonly Resident[]): string {
  const [warm] = found;
  const cells = (value: number, first: number | undefined) => [
    value.toFixed(0),
    (value / (first ?? Number.NaN)).toFixed(2),
  ];
  return table(
    ['after requests', 'busy, MiB', 'to the first', 'at rest, MiB', 'to the first'],
    found.map(({ requests, busy, atRest }) => [
      requests.toLocaleString('en'),
      ...cells(busy, warm?.busy),
      ...cells(atRest, warm?.atRest),
    ]),
  );
}

export const benchmark: Benchmark = {
  inRounds: false,
  async run({ requests }: BenchmarkOptions) {
    const folder = await mkdtemp(join(tmpdir(), 'blobgraph-bench-'));
    const stubs = await startStubs('lineage', folder);
    let gateway: Gateway | undefined;
    try {
      gateway = await own.start({ ...stubs, folder });
      return report(await measure(gateway, await usersOf(folder), requests));
    } finally {
      await gateway?.stop();
      await stubs.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
