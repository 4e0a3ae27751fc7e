import { deepStrictEqual } from 'node:assert/strict';
import { CORE_QUERY, draftInput } from '../e2e/harness/operations.ts';
import { type ServiceProxy, startProxy } from '../e2e/harness/proxy.ts';
import { type System, startSystem } from '../e2e/harness/system.ts';
import { serviceNames } from '../platform/config.ts';
import { type Benchmark, progress } from './bench.ts';
import { CREATE, prose, untilCompleted } from './drafts.ts';
import { hangUp, latencies, type Request, send, throughput } from './load.ts';
import { type Gateway, type SubgraphUrls, startOwn, startStock } from './peers/gateways.ts';
import { cpuTime } from './processes.ts';
import { median, quantile, ratios, table } from './statistics.ts';

/**
 * Our gateway beside Apollo's own, each in a process of its own, over the same embedded subgraphs in a third: they
 * take turns at the same operations. Before that, what each asks of the subgraphs for one operation is counted.
 */

const BLOBS = 100;
const CHAPTERS_A_BOOK = 5;
/** Of a draft. */
const SENTENCES = 12;
const EACH_MS = 2_000;
const CONCURRENCY = 4;
const PEERS = ['own', 'stock'] as const;

type Peer = (typeof PEERS)[number];
type Operation = Omit<Request, 'endpoint'> & { readonly name: string };

const COMPILE = `mutation ($input: CompileBookInput!) {
  compileBook(input: $input) { compiledBook { id } userErrors { code message } }
}`;

/** Drafts, each expanded, and books that are compiled of a few of them each. */
async function fill(system: System, userId: string): Promise<void> {
  const client = await system.client(userId);
  const bookOf = (index: number): string => `book-${Math.floor(index / CHAPTERS_A_BOOK)}`;
  for (let index = 0; index < BLOBS; index += 1) {
    const chapter = (index % CHAPTERS_A_BOOK) + 1;
    const input = draftInput({ content: prose(index, SENTENCES), book: bookOf(index), chapter });
    await client.query(CREATE, { input });
  }
  await untilCompleted(client, BLOBS);
  for (let index = 0; index < BLOBS; index += CHAPTERS_A_BOOK) {
    const { compileBook } = await client.query<{ compileBook: { compiledBook: unknown } }>(COMPILE, {
      input: { bookId: bookOf(index), useExpanded: false },
    });
    if (!compileBook.compiledBook) throw new Error(`A book was not compiled: ${JSON.stringify(compileBook)}`);
  }
}

async function operationsOf(system: System): Promise<Operation[]> {
  const [reader, writer] = ['reader', 'writer'];
  await fill(system, reader);
  const as = async (user: string) => `Bearer ${await system.token(user)}`;
  const authorization = await as(reader);
  const core = (first: number): Operation => ({
    name: `core query, ${first} ${first === 1 ? 'blob' : 'blobs'}`,
    authorization,
    query: CORE_QUERY,
    variables: () => ({ first, filter: { type: 'chapter_draft' } }),
  });
  // Messages are taken by no processor: nothing goes on behind the measurement.
  const message = { type: 'message', schemaId: 'message-v1', data: { content: 'A short message.' } };
  return [
    { name: '`{ __typename }`', authorization, query: '{ __typename }', variables: () => ({}) },
    core(1),
    core(20),
    core(BLOBS),
    {
      name: 'mutation `createBlob`',
      authorization: await as(writer),
      query: CREATE,
      variables: () => ({ input: message }),
    },
  ];
}

const startPeers = async (system: System, urls: SubgraphUrls): Promise<Record<Peer, Gateway>> => ({
  own: await startOwn(system, urls),
  stock: await startStock(system, urls),
});

const stopAll = (gateways: Record<Peer, Gateway>) =>
  Promise.all(Object.values(gateways).map((gateway) => gateway.stop()));

/** A parsed answer, its live cursor masked. */
const comparable = (text: string): unknown =>
  JSON.parse(text, (key, value) => (key === 'liveCursor' ? typeof value : value));

async function countRequests(system: System, operations: readonly Operation[]): Promise<string> {
  const proxies = new Map<string, ServiceProxy>();
  for (const name of serviceNames) proxies.set(name, await startProxy(system.urls[name]));
  const urls = Object.fromEntries([...proxies].map(([name, { url }]) => [name, url])) as Record<
    (typeof serviceNames)[number],
    string
  >;
  const gateways = await startPeers(system, urls);
  const asked = async (operation: Operation, peer: Peer): Promise<string> => {
    const request = { ...operation, endpoint: gateways[peer].endpoint };
    await send(request);
    for (const proxy of proxies.values()) proxy.forget();
    await send(request);
    const counts = [...proxies].map(
      ([name, { seen }]) => [name, seen.filter(({ path }) => path.startsWith('/graphql')).length] as const,
    );
    return counts.flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : [])).join(', ') || 'none';
  };
  try {
    const rows: string[][] = [];
    for (const operation of operations)
      rows.push([operation.name, await asked(operation, 'own'), await asked(operation, 'stock')]);
    return table(['requests to subgraphs for one', 'ours', 'stock'], rows);
  } finally {
    await stopAll(gateways);
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
  }
}

interface Measured {
  readonly samples: number[];
  readonly p50: number[];
  readonly perSecond: number[];
  /** Processor time of the gateway's process for one answer. */
  readonly cpuMs: number[];
}

async function turn(asked: Request, { pid }: Gateway, measured: Measured): Promise<void> {
  const cpuBefore = cpuTime(pid);
  const taken = await latencies(asked, EACH_MS);
  const { answers, perSecond } = await throughput(asked, EACH_MS, CONCURRENCY);
  measured.samples.push(...taken);
  measured.p50.push(quantile(taken, 0.5));
  measured.perSecond.push(perSecond);
  measured.cpuMs.push((cpuTime(pid) - cpuBefore) / (taken.length + answers));
}

async function measure(
  operation: Operation,
  gateways: Record<Peer, Gateway>,
  rounds: number,
): Promise<string[]> {
  const empty = (): Measured => ({ samples: [], p50: [], perSecond: [], cpuMs: [] });
  const measured: Record<Peer, Measured> = { own: empty(), stock: empty() };
  const of = (peer: Peer): Request => ({ ...operation, endpoint: gateways[peer].endpoint });
  for (const peer of PEERS) await latencies(of(peer), EACH_MS);
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of PEERS) await turn(of(peer), gateways[peer], measured[peer]);
  }
  const { own, stock } = measured;
  const pair = (value: (of: Measured) => number, digits = 1) =>
    `${value(own).toFixed(digits)} / ${value(stock).toFixed(digits)}`;
  return [
    operation.name,
    pair(({ samples }) => quantile(samples, 0.5)),
    ratios(own.p50, stock.p50),
    pair(({ samples }) => quantile(samples, 0.99)),
    pair(({ perSecond }) => median(perSecond)),
    ratios(own.perSecond, stock.perSecond),
    pair(({ cpuMs }) => median(cpuMs), 2),
    ratios(own.cpuMs, stock.cpuMs),
  ];
}

const HEAD = [
  'ours / stock',
  'p50 ms',
  'ratio',
  'p99 ms',
  `answers/s, ${CONCURRENCY} at once`,
  'ratio',
  'CPU ms an answer',
  'ratio',
];

async function assertSameAnswers(
  operations: readonly Operation[],
  gateways: Record<Peer, Gateway>,
): Promise<void> {
  for (const operation of operations.filter(({ query }) => !query.startsWith('mutation'))) {
    const [own = '', stock = ''] = await Promise.all(
      PEERS.map((peer) => send({ ...operation, endpoint: gateways[peer].endpoint })),
    );
    deepStrictEqual(comparable(own), comparable(stock), `${operation.name}: the answers differ`);
  }
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const system = await startSystem('embedded');
    try {
      const operations = await operationsOf(system);
      const counts = await countRequests(system, operations);
      const gateways = await startPeers(system, system.urls);
      try {
        await assertSameAnswers(operations, gateways);
        const rows: string[][] = [];
        for (const operation of operations) {
          rows.push(await measure(operation, gateways, rounds));
          progress(rows.at(-1)?.join(' · ') ?? '');
        }
        return `${table(HEAD, rows)}\n\n${counts}`;
      } catch (error) {
        // The logs go with the system's folder.
        progress(`${gateways.own.output()}\n${system.output()}`);
        throw error;
      } finally {
        await stopAll(gateways);
      }
    } finally {
      await hangUp();
      await system.stop();
    }
  },
};
