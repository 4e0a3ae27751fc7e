import pMap from 'p-map';
import { progress } from '../harness/benchmark.ts';
import { prose } from '../harness/drafts.ts';
import { quantile, ratios, spread, table } from '../harness/statistics.ts';
import { openBare } from './bare.ts';
import { type Ours, openOurs } from './ours.ts';
import { type Draft, USERS, type Writer } from './writer.ts';

const AT_ONCE = 16;
const DRAFTS = 960;
const SENTENCES = 40;
/** Drafts of one `createBlobs`. */
const MANY = 1_000;

interface Measured {
  readonly perSecond: number[];
  readonly cpuMs: number[];
  readonly p50: number[];
  readonly p99: number[];
}

const empty = (): Measured => ({ perSecond: [], cpuMs: [], p50: [], p99: [] });

let serial = 0;
function draftOf(user: number): Draft {
  serial += 1;
  return { user, book: `book-${user}`, chapter: (serial % 50) + 1, content: prose(serial, SENTENCES) };
}

/** Counts until the log has the events too: drafts are not acknowledged faster than they are told of. */
async function measure(writer: Writer, drafts: number, work: () => Promise<number[]>): Promise<Measured> {
  const cpuBefore = writer.cpuMs();
  const startedAt = performance.now();
  const latencies = await work();
  await writer.drained();
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    perSecond: [drafts / seconds],
    cpuMs: [(writer.cpuMs() - cpuBefore) / drafts],
    p50: [quantile(latencies, 0.5)],
    p99: [quantile(latencies, 0.99)],
  };
}

/** Stores drafts one by one, those under way at once each of another user. */
const oneByOne = (writer: Writer): Promise<number[]> =>
  pMap(
    Array.from({ length: DRAFTS }, (_, index) => index % USERS),
    async (user) => {
      const draft = draftOf(user);
      const startedAt = performance.now();
      await writer.write(draft);
      return performance.now() - startedAt;
    },
    { concurrency: AT_ONCE },
  );

function keep(into: Measured, one: Measured): void {
  for (const [name, values] of Object.entries(one) as [keyof Measured, number[]][])
    into[name].push(...values);
}

function report({ bare, ours, many }: Record<'bare' | 'ours' | 'many', Measured>): string {
  const row = (what: string, of: (measured: Measured) => number[], digits: number) => [
    what,
    spread(of(bare), digits),
    spread(of(ours), digits),
    ratios(of(ours), of(bare)),
    spread(of(many), digits),
    ratios(of(many), of(ours)),
  ];
  return table(
    [
      `${DRAFTS} drafts of ${USERS} users, ${AT_ONCE} at once`,
      'bare',
      '`createBlob`',
      'to bare',
      `\`createBlobs\` of ${MANY}`,
      'to `createBlob`',
    ],
    [
      row('stored and published, a second', ({ perSecond }) => perSecond, 0),
      row('CPU ms a draft, of the process that writes', ({ cpuMs }) => cpuMs, 2),
      row('acknowledged, p50 ms', ({ p50 }) => p50, 1),
      row('p99 ms', ({ p99 }) => p99, 1),
    ],
  );
}

/**
 * `createBlob` through the gateway beside the writes that it cannot do without: the rows of a draft in PostgreSQL and
 * its event in JetStream, in turns; and `createBlobs` beside it.
 */
export async function againstBare(rounds: number): Promise<string> {
  const writers: Writer[] = [];
  try {
    const bare = await openBare();
    writers.push(bare);
    const ours = await openOurs(AT_ONCE);
    writers.push(ours);
    return report(await takeTurns(rounds, bare, ours));
  } finally {
    await Promise.all(writers.map((writer) => writer.close()));
  }
}

async function takeTurns(rounds: number, bare: Writer, ours: Ours) {
  const measured = { bare: empty(), ours: empty(), many: empty() };
  const many = async () => {
    const startedAt = performance.now();
    const user = serial % USERS;
    await ours.writeMany(Array.from({ length: MANY }, () => draftOf(user)));
    return [performance.now() - startedAt];
  };
  for (const writer of [bare, ours]) for (let user = 0; user < USERS; user += 1) await writer.prepare(user);
  for (let round = 0; round <= rounds; round += 1) {
    const found = {
      bare: await measure(bare, DRAFTS, () => oneByOne(bare)),
      ours: await measure(ours, DRAFTS, () => oneByOne(ours)),
      many: await measure(ours, MANY, many),
    };
    // The first round warms up.
    if (round > 0) for (const kind of ['bare', 'ours', 'many'] as const) keep(measured[kind], found[kind]);
    const shown = Object.entries(found).map(([kind, { perSecond, cpuMs }]) => {
      return `${kind} ${perSecond[0]?.toFixed(0)}/s ${cpuMs[0]?.toFixed(2)} ms`;
    });
    progress(`round ${round}: ${shown.join(', ')}`);
  }
  return measured;
}
