import pMap from 'p-map';
import type { GraphClient } from '../e2e/harness/client.ts';
import { draftInput } from '../e2e/harness/operations.ts';
import { type Shape, startSystem } from '../e2e/harness/system.ts';
import { type Benchmark, progress } from './harness/benchmark.ts';
import { CREATE, prose, untilCompleted } from './harness/drafts.ts';
import { cpuTime } from './harness/processes.ts';
import { ratios, spread, table } from './harness/statistics.ts';
import { againstBare } from './ingest/against-bare.ts';

/**
 * Storing drafts through the gateway, several at once: how many per second are acknowledged (and durable), and the
 * time until all are expanded. An embedded system and one on real servers (`npm run services -- up`), each in one
 * process, take turns. Then drafts alone, beside the bare writes that each needs.
 */

const DRAFTS = 100;
/** About a page. */
const SENTENCES = 40;
const CONCURRENCY = 8;
const SHAPES = ['embedded', 'real'] as const satisfies readonly Shape[];

interface Measured {
  readonly perSecond: number[];
  readonly seconds: number[];
  /** Processor time of the system's process per draft, without the database servers'. */
  readonly cpuMs: number[];
}

async function create(client: GraphClient, book: string): Promise<void> {
  const chapters = Array.from({ length: DRAFTS }, (_, index) => index + 1);
  const store = (chapter: number) =>
    client.query(CREATE, { input: draftInput({ content: prose(chapter - 1, SENTENCES), book, chapter }) });
  await pMap(chapters, store, { concurrency: CONCURRENCY });
}

async function turn(client: GraphClient, pid: number, book: string, measured: Measured): Promise<void> {
  const cpuBefore = cpuTime(pid);
  const startedAt = performance.now();
  await create(client, book);
  measured.perSecond.push((DRAFTS * 1_000) / (performance.now() - startedAt));
  await untilCompleted(client, DRAFTS, book);
  measured.seconds.push((performance.now() - startedAt) / 1_000);
  measured.cpuMs.push((cpuTime(pid) - cpuBefore) / DRAFTS);
}

const empty = (): Measured => ({ perSecond: [], seconds: [], cpuMs: [] });

function report({ embedded, real }: Record<(typeof SHAPES)[number], Measured>): string {
  const row = (what: string, of: (measured: Measured) => number[], digits: number) => [
    what,
    spread(of(embedded), digits),
    spread(of(real), digits),
    ratios(of(embedded), of(real)),
  ];
  return table(
    [`${DRAFTS} drafts, ${CONCURRENCY} at once`, 'embedded', 'real servers', 'embedded / real'],
    [
      row('acknowledged a second', ({ perSecond }) => perSecond, 0),
      row('seconds until all are expanded', ({ seconds }) => seconds, 1),
      row('CPU ms a draft, services only', ({ cpuMs }) => cpuMs, 0),
    ],
  );
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const measured = { embedded: empty(), real: empty() };
    const systems = await Promise.all(SHAPES.map((shape) => startSystem(shape)));
    try {
      const clients = await Promise.all(systems.map((system) => system.client()));
      for (let round = 0; round <= rounds; round += 1) {
        for (const [index, shape] of SHAPES.entries()) {
          const [system, client] = [systems[index], clients[index]];
          if (!system || !client) throw new TypeError(`${shape} was not started`);
          // The first round warms up.
          const kept = round === 0 ? empty() : measured[shape];
          await turn(client, system.process('gateway').pid, `book-${round}`, kept);
          progress(`round ${round}, ${shape}: ${kept.perSecond.at(-1)?.toFixed(0)} a second`);
        }
      }
    } finally {
      await Promise.all(systems.map((system) => system.stop()));
    }
    return `${report(measured)}\n\n${await againstBare(rounds)}`;
  },
};
