import pMap from 'p-map';
import { progress } from '../harness/benchmark.ts';
import { prose } from '../harness/drafts.ts';
import { quantile, ratios, spread, table } from '../harness/statistics.ts';
import { openBare } from './bare.ts';
import { type Ours, openOurs } from './ours.ts';
import { type Draft, USERS, type Write, type Writer } from './writer.ts';

const AT_ONCE = 16;
const DRAFTS = 960;
const SENTENCES = 40;
/** Drafts of one `createBlobs`, and users who send one at once. */
const MANY = 1_000;
const MANY_AT_ONCE = 4;

interface Measured {
  /** Acknowledged, and told of. */
  readonly perSecond: number[];
  readonly acknowledgedPerSecond: number[];
  readonly cpuMs: number[];
  readonly p50: number[];
  readonly p99: number[];
}

const empty = (): Measured => ({
  perSecond: [],
  acknowledgedPerSecond: [],
  cpuMs: [],
  p50: [],
  p99: [],
});

let serial = 0;
function draftOf(user: number): Draft {
  serial += 1;
  return { user, book: `book-${user}`, chapter: (serial % 50) + 1, content: prose(serial, SENTENCES) };
}

/** Sends what is ready, each of another user than those under way beside it. Counts until the log has the events too. */
async function measure(writer: Writer, writes: readonly Write[], drafts: number, atOnce: number) {
  const cpuBefore = writer.cpuMs();
  const startedAt = performance.now();
  const since = () => (performance.now() - startedAt) / 1_000;
  const send = async (write: Write) => {
    const sentAt = performance.now();
    await write.send();
    return performance.now() - sentAt;
  };
  const latencies = await pMap(writes, send, { concurrency: atOnce });
  const acknowledgedAfter = since();
  await writer.drained();
  return {
    perSecond: [drafts / since()],
    acknowledgedPerSecond: [drafts / acknowledgedAfter],
    cpuMs: [(writer.cpuMs() - cpuBefore) / drafts],
    p50: [quantile(latencies, 0.5)],
    p99: [quantile(latencies, 0.99)],
  };
}

const oneByOne = (writer: Writer): Promise<Measured> => {
  const writes = Array.from({ length: DRAFTS }, (_, index) => writer.write(draftOf(index % USERS)));
  return measure(writer, writes, DRAFTS, AT_ONCE);
};

const manyAtOnce = (writer: Ours): Promise<Measured> => {
  const users = Array.from({ length: MANY_AT_ONCE }, (_, index) => (serial + index) % USERS);
  const writes = users.map((user) => writer.writeMany(Array.from({ length: MANY }, () => draftOf(user))));
  return measure(writer, writes, MANY * MANY_AT_ONCE, MANY_AT_ONCE);
};

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
      `\`createBlobs\` of ${MANY}, ${MANY_AT_ONCE} at once`,
      'to `createBlob`',
    ],
    [
      row('stored and published, a second', ({ perSecond }) => perSecond, 0),
      row('acknowledged, a second', ({ acknowledgedPerSecond }) => acknowledgedPerSecond, 0),
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
  for (const writer of [bare, ours]) for (let user = 0; user < USERS; user += 1) await writer.prepare(user);
  for (let round = 0; round <= rounds; round += 1) {
    const found = {
      bare: await oneByOne(bare),
      ours: await oneByOne(ours),
      many: await manyAtOnce(ours),
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
