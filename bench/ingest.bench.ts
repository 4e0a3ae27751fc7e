import type { GraphClient } from '../e2e/harness/client.ts';
import { draftInput } from '../e2e/harness/operations.ts';
import { type Shape, startSystem } from '../e2e/harness/system.ts';
import { type Benchmark, progress } from './bench.ts';
import { CREATE, prose, untilCompleted } from './drafts.ts';
import { cpuTime } from './processes.ts';
import { ratios, spread, table } from './statistics.ts';

/**
 * Drafts into the system through its gateway, several at once: how many a second are acknowledged, which is when
 * they are durable, and how long until all of them are expanded. Embedded beside real servers (`npm run services --
 * up`), each system in one process; they take turns.
 */

const DRAFTS = 100;
/** About a page. */
const SENTENCES = 40;
const CONCURRENCY = 8;
const SHAPES = ['embedded', 'real'] as const satisfies readonly Shape[];

interface Measured {
  readonly perSecond: number[];
  readonly seconds: number[];
  /** Processor time of the system's process for one draft; what database servers take is not in it. */
  readonly cpuMs: number[];
}

async function create(client: GraphClient, book: string): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < DRAFTS) {
      const index = next;
      next += 1;
      const input = draftInput({ content: prose(index, SENTENCES), book, chapter: index + 1 });
      await client.query(CREATE, { input });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
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
      return report(measured);
    } finally {
      await Promise.all(systems.map((system) => system.stop()));
    }
  },
};
