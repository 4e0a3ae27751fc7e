import { createGraphClient, type GraphClient } from '../e2e/harness/client.ts';
import { CORE_QUERY } from '../e2e/harness/operations.ts';
import { type System, startSystem } from '../e2e/harness/system.ts';
import { type ServiceName, serviceNames } from '../platform/config/config.ts';
import { type Benchmark, progress } from './harness/benchmark.ts';
import { CREATE, prose, untilCompleted } from './harness/drafts.ts';
import { spread, table } from './harness/statistics.ts';

/**
 * How long the largest allowed requests block the event loops of the gateway and of state. Each service is a process
 * of its own, on real servers, and reports its longest block.
 */

const MEBIBYTE = 1024 * 1024;
const WATCHED = ['gateway', 'state', 'text-expansion'] as const satisfies readonly ServiceName[];

const note = (data: unknown) => ({ type: 'note', schemaId: 'note-v1', data });
let seed = 0;

/** A JSON list of lists with `count` values. */
const values = (count: number): unknown => Array.from({ length: count / 10 }, () => Array(9).fill(1));

/** Fields under new aliases: a text that no cache has, and that must be planned. */
function wide(): string {
  seed += 1;
  const fields = Array.from({ length: 45 }, (_, index) => `f${seed}_${index}: title`).join(' ');
  return `{ blobs(first: 100) { nodes { ${fields} id preview derived { nodes { id preview type } } } } }`;
}

interface Workload {
  readonly name: string;
  /** Whether the user of the large page sends it. */
  readonly reads: boolean;
  readonly ask: (client: GraphClient) => Promise<{ readonly data: unknown; readonly errors?: unknown }>;
}

const WORKLOADS: readonly Workload[] = [
  {
    name: 'a draft of nearly 5 MiB, stored',
    reads: false,
    ask: (client) =>
      client.request(CREATE, { input: note({ content: 'A line of words. '.repeat((4.9 * MEBIBYTE) / 17) }) }),
  },
  {
    name: 'a document of nearly 100,000 values, stored',
    reads: false,
    ask: (client) => client.request(CREATE, { input: note({ list: values(99_000) }) }),
  },
  {
    name: 'the core query, `first: 100`, with some 7 MiB of texts',
    reads: true,
    ask: (client) => client.request(CORE_QUERY),
  },
  {
    name: 'a page of 100 with 50 fields each under new names',
    reads: true,
    ask: (client) => client.request(wide()),
  },
];

/** The longest block since the last call, in milliseconds; 0 when none was above 50. */
async function longest(system: System, service: ServiceName): Promise<number> {
  const metrics = await (await fetch(`${system.urls[service]}/metrics`)).text();
  const found = /^blobgraph_event_loop_longest_block_seconds(?:\{[^}]*\})? (\S+)$/m.exec(metrics);
  if (!found) throw new Error(`${service} does not report how long its event loop was blocked`);
  return Number(found[1]) * 1_000;
}

async function held(system: System, { ask }: Workload, client: GraphClient): Promise<number[]> {
  for (const service of WATCHED) await longest(system, service);
  const { data, errors } = await ask(client);
  if (errors || data === null)
    throw new Error(`The request failed: ${JSON.stringify(errors)?.slice(0, 500)}`);
  return Promise.all(WATCHED.map((service) => longest(system, service)));
}

/** Stores a page of drafts whose answer is nearly as large as allowed. */
async function storeLargePage(client: GraphClient): Promise<void> {
  const drafts = 100;
  for (let index = 0; index < drafts; index += 1) {
    const content = prose(index, 400);
    const metadata = { book_id: 'large', chapter_num: index + 1 };
    const input = { type: 'chapter_draft', schemaId: 'text-input-v1', data: { content, metadata } };
    await client.query(CREATE, { input });
  }
  await untilCompleted(client, drafts, 'large');
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const system = await startSystem('processes', { services: serviceNames });
    try {
      const reader = createGraphClient(system.urls.gateway, await system.token('reader'));
      await storeLargePage(reader);
      const rows: string[][] = [];
      for (const workload of WORKLOADS) {
        const client = await system.client();
        const asks = workload.reads ? reader : client;
        await held(system, workload, asks);
        const found: number[][] = [];
        for (let round = 0; round < rounds; round += 1) found.push(await held(system, workload, asks));
        rows.push([
          workload.name,
          ...WATCHED.map((_, at) =>
            spread(
              found.map((each) => each[at] ?? 0),
              0,
            ),
          ),
        ]);
        progress(workload.name);
      }
      return table(['ms (0: none above 50)', ...WATCHED], rows);
    } finally {
      await system.stop();
    }
  },
};
