import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Benchmark, type BenchmarkOptions, progress } from './bench.ts';
import { bodyOf, createLoad, type Headers, type Load, usersOf } from './gateway/load.ts';
import { own } from './gateway/peers/own.ts';
import type { Gateway } from './gateway/peers/peer.ts';
import { startStubs } from './gateway/stubs/stubs.ts';
import { lineage } from './gateway/workloads.ts';
import { memory } from './processes.ts';
import { median, table } from './statistics.ts';

/** Whether our gateway grows: its resident memory after ever more requests of the lineage of 20 blobs. */

/** After this many it is warm: what comes later is compared with it. */
const WARM = 10_000;
const STEP = 10;
const CONCURRENCY = 16;
const SAMPLE_EVERY_MS = 200;
/** Of a stretch's samples, those that count: the last tenth. */
const LAST = 0.1;
/** For a collection of garbage that waits until there is time. */
const REST_MS = 5_000;

interface Resident {
  readonly requests: number;
  /** MiB, the median of the stretch's last tenth. */
  readonly busy: number;
  readonly atRest: number;
}

/** `WARM`, ten times as many, and so on, up to `last`. */
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
