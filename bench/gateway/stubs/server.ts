import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TOGETHER_PATH } from '../../../platform/clients/http/together/asked.ts';
import { createAnswering, type Question } from './answers.ts';
import { lineageGraph } from './lineage.ts';
import { shopGraph } from './shop.ts';

/**
 * The subgraphs of one graph, as a process of their own. Forked with the graph's name, it sends their URLs to its
 * parent, and answers each {@link StubsRequest} with the {@link Asked} of every subgraph.
 */

const graphs = { lineage: lineageGraph, shop: shopGraph };

export type StubGraphName = keyof typeof graphs;

/** Requests to a subgraph since the last report. */
export interface Asked {
  readonly subgraph: string;
  readonly requests: number;
  readonly representations: number;
  /** Bodies of the last 20, oldest first. */
  readonly bodies: readonly string[];
}

/** Changes to how subgraphs answer, by subgraph; what is left out is unchanged. */
export interface StubsRequest {
  /** Milliseconds before each answer. */
  readonly delayMs?: Readonly<Record<string, number>>;
  /** Whether each answer is another text, which says the same. */
  readonly varied?: Readonly<Record<string, boolean>>;
}

const KEPT_BODIES = 20;
/** Texts that say the same: a prime, so that no user of the run gets the same one twice in a row. */
const VARIANTS = 61;

const send = (response: ServerResponse, text: string): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

function receive(request: IncomingMessage, received: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => received(Buffer.concat(chunks).toString()));
}

function createStub(graph: (typeof graphs)[StubGraphName], subgraph: (typeof graph.subgraphs)[number]) {
  const answering = createAnswering(graph, subgraph);
  let asked = { requests: 0, representations: 0, bodies: [] as string[] };
  let delayMs = 0;
  let varied = false;
  let answers = 0;
  function answer(body: string): string {
    const { text, representations } = answering(JSON.parse(body) as Question);
    asked.requests += 1;
    asked.representations += representations;
    if (asked.bodies.push(body) > KEPT_BODIES) asked.bodies.shift();
    answers += 1;
    return varied ? `${text}${' '.repeat(answers % VARIANTS)}` : text;
  }
  /** Several requests as one, as services take them; each counts. */
  function answerTogether(body: string): string {
    const { asked } = JSON.parse(body) as { asked: readonly { json: string }[] };
    const lines = asked.map(({ json }, index) => JSON.stringify({ index, status: 200, text: answer(json) }));
    return `${lines.join('\n')}\n`;
  }
  const byPath = new Map([
    ['/graphql', answer],
    [TOGETHER_PATH, answerTogether],
  ]);
  const server = createServer((request, response) => {
    if (request.method !== 'POST') return send(response, '{"status":"ready","checks":{}}');
    const answerTo = byPath.get(request.url ?? '');
    receive(request, (body) => {
      // E.g. reports of what is used.
      if (!answerTo) {
        response.writeHead(404).end();
        return;
      }
      const text = answerTo(body);
      if (delayMs === 0) send(response, text);
      else setTimeout(send, delayMs, response, text);
    });
  });
  // Connections stay open during the turns of others.
  server.keepAliveTimeout = 600_000;
  return {
    name: subgraph.name,
    listen: () =>
      new Promise<string>((resolve) => {
        server.listen(0, '127.0.0.1', () =>
          resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
        );
      }),
    change(ms: number | undefined, isVaried: boolean | undefined) {
      delayMs = ms ?? delayMs;
      varied = isVaried ?? varied;
    },
    take(): Asked {
      const told = { subgraph: subgraph.name, ...asked };
      asked = { requests: 0, representations: 0, bodies: [] };
      return told;
    },
  };
}

const graph = graphs[process.argv[2] as StubGraphName];
const stubs = graph.subgraphs.map((subgraph) => createStub(graph, subgraph));
const urls = Object.fromEntries(
  await Promise.all(stubs.map(async ({ name, listen }) => [name, await listen()] as const)),
);
process.on('message', ({ delayMs = {}, varied = {} }: StubsRequest) => {
  for (const stub of stubs) stub.change(delayMs[stub.name], varied[stub.name]);
  process.send?.(stubs.map((stub) => stub.take()));
});
process.on('disconnect', () => process.exit());
process.send?.(urls);
