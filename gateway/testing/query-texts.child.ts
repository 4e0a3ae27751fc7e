import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket } from 'ws';
import { startTestGraph } from './test-graph.ts';
import { type Asked, startSubgraphs } from './test-subgraphs.ts';

/**
 * Sends long and different texts to a gateway and a subgraph over all transports, and prints the bytes in use before
 * and after, as JSON. A process of its own, because it measures all of the process's memory.
 */

const LONG = 7_500_000;
const ROUNDS = 20;
const SHORT = 60_000;
const SHORT_ROUNDS = 100;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function bytesInUse(): Promise<number> {
  for (let time = 0; time < 3; time += 1) {
    collect();
    await turn();
  }
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

/** A valid query of this many bytes, different each time. */
const fillers = [
  (size: number, round: number) => `{ __typename } #${`${round} `.repeat(size / 4)}`,
  (size: number, round: number) =>
    `query ($a: String = "${`${round}x`.repeat(size / 4)}") { __typename ${'@skip(if: false)'} }`,
  (size: number, round: number) =>
    `query ($a: String = """${`${round}\\n`.repeat(size / 8)}""") { __typename }`,
  (size: number, round: number) => `{ __typename ${', '.repeat(size / 2)} a${round}: __typename }`,
];

const graph = await startTestGraph();
/** Requests that the test subgraphs record, with their texts; cleared before measuring. */
const noted: Asked[] = [];
const [[, subgraph] = []] = await startSubgraphs([], noted);
if (!subgraph) throw new Error('There is no subgraph');
const authorization = `Bearer ${await graph.token()}`;

async function post(url: string, headers: Record<string, string>, body: object): Promise<number> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}

const socket = new WebSocket(`${graph.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
socket.setMaxListeners(0);
await once(socket, 'open');
socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
await once(socket, 'message');

/** Resolves when the operation has ended. */
function overWebSocket(id: string, query: string): Promise<void> {
  socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query } }));
  return new Promise((resolve, reject) => {
    const take = (message: unknown) => {
      const { type } = JSON.parse(String(message)) as { type: string };
      if (type !== 'error' && type !== 'complete') return;
      socket.off('message', take);
      resolve();
    };
    socket.on('message', take);
    socket.once('close', (code) => reject(new Error(`The connection was closed with ${code}`)));
  });
}

async function ask(size: number, round: number): Promise<void> {
  const fill = fillers[round % fillers.length];
  const query = fill?.(size, round) ?? '';
  await post(graph.gateway.url, { authorization }, { query });
  await post(
    graph.gateway.url,
    { authorization },
    {
      query,
      extensions: { persistedQuery: { version: 1, sha256Hash: `${round}`.padStart(64, '0') } },
    },
  );
  await post(subgraph?.url ?? '', (await subgraph?.headers()) ?? {}, { query });
  await overWebSocket(`${size}-${round}`, query);
  noted.length = 0;
  graph.asked.length = 0;
}

// Load what every process loads once.
for (let round = 0; round < 8; round += 1) await ask(1_000, round);
const before = await bytesInUse();
for (let round = 0; round < ROUNDS; round += 1) await ask(LONG, round);
const afterLong = await bytesInUse();
for (let round = 0; round < SHORT_ROUNDS; round += 1) await ask(SHORT, ROUNDS + round);
const afterShort = await bytesInUse();
console.log(JSON.stringify({ before, afterLong, afterShort }));
process.exit(0);
