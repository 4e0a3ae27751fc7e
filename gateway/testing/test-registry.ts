import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { OperationUse, ServedSupergraph } from '../../platform/clients/supergraph.ts';
import { textHash } from '../../platform/serving/graphql/operation.ts';

/** A stand-in for the registry: it tells of a supergraph, and keeps what is reported to it. */
export interface TestRegistry {
  readonly url: string;
  /** Questions for the supergraph. */
  readonly questions: string[];
  /** Operations that were reported. */
  readonly uses: OperationUse[];
  /** All other requests. */
  readonly others: string[];
  /** Tells of another supergraph from now on. @returns its version */
  publish(sdl: string): number;
  /** From now on nobody answers, and questions that are held back are cut. */
  stop(): Promise<void>;
}

function send(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body && JSON.stringify(body));
}

/** `first`: the supergraph that it has at the start; default: none. */
export async function startTestRegistry(first?: string): Promise<TestRegistry> {
  const [questions, uses, others]: [string[], OperationUse[], string[]] = [[], [], []];
  const waiting = new Set<() => void>();
  let current: ServedSupergraph | undefined;
  function publish(sdl: string): number {
    current = { version: (current?.version ?? 0) + 1, sdl, hash: textHash(sdl), subgraphs: [] };
    for (const tell of waiting) tell();
    waiting.clear();
    return current.version;
  }
  if (first !== undefined) publish(first);

  async function answerQuestion(url: URL, response: ServerResponse): Promise<void> {
    questions.push(url.search);
    const known = Number(url.searchParams.get('known'));
    if (current?.version === known && Number(url.searchParams.get('wait')) > 0)
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
        response.on('close', resolve);
      });
    if (!current) return send(response, 503, { error: { code: 'SERVICE_UNAVAILABLE', message: 'None yet' } });
    return current.version === known ? send(response, 204) : send(response, 200, current);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://registry');
    if (url.pathname === '/api/v1/supergraph') return answerQuestion(url, response);
    if (url.pathname === '/api/v1/operation-usage') {
      uses.push(...(JSON.parse(await text(request)) as { operations: OperationUse[] }).operations);
      return send(response, 204);
    }
    others.push(url.pathname);
    return send(response, url.pathname === '/api/v1/processors' ? 200 : 404, { processors: [] });
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ questions, uses, others, publish },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
