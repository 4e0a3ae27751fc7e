import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came by. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** Parsed JSON, where it is. */
  readonly body: unknown;
}

/** The fate of a request: forwarded, refused, held before its target hears of it, or its answer kept back. */
export type Intervention = 'pass' | 'refuse' | 'hold-request' | 'hold-response';

/** An HTTP proxy in front of one service, that counts what passes and can hold it. */
export interface ServiceProxy {
  readonly url: string;
  /** All that came by since the start or the last `forget`. */
  readonly seen: readonly SeenRequest[];
  forget(): void;
  /** Decides about every request from now on. */
  intervene(decide: (request: SeenRequest) => Intervention): void;
  /** Resolves with the first request that is held from now on. */
  nextHeld(): Promise<SeenRequest>;
  /** Drops the connections of what is held, and lets everything pass from now on. */
  release(): void;
  close(): Promise<void>;
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

const copyTo = (answer: IncomingMessage, response: ServerResponse) => {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
};

/** Starts a proxy in front of `target` (a URL without a trailing slash), which need not answer yet. */
export async function startProxy(target: string): Promise<ServiceProxy> {
  const seen: SeenRequest[] = [];
  const held = new Set<ServerResponse>();
  let waiters: ((request: SeenRequest) => void)[] = [];
  let decide: (request: SeenRequest) => Intervention = () => 'pass';

  const hold = (request: SeenRequest, response: ServerResponse) => {
    held.add(response);
    for (const tell of waiters) tell(request);
    waiters = [];
  };

  const server = createServer(async (incoming, response) => {
    const body = await readBody(incoming);
    const request = { method: incoming.method ?? '', path: incoming.url ?? '', body: parseJson(body) };
    seen.push(request);
    const intervention = decide(request);
    if (intervention === 'refuse') return void response.destroy();
    if (intervention === 'hold-request') return hold(request, response);
    const onward = forward(
      `${target}${request.path}`,
      { method: request.method, headers: incoming.headers },
      (answer) => {
        if (intervention === 'pass') return copyTo(answer, response);
        answer.resume();
        hold(request, response);
      },
    );
    // The caller sees what it would see without the proxy: a broken connection.
    onward.on('error', () => response.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    forget: () => {
      seen.length = 0;
    },
    intervene: (next) => {
      decide = next;
    },
    nextHeld: () => new Promise((resolve) => waiters.push(resolve)),
    release: () => {
      decide = () => 'pass';
      for (const response of held) response.destroy();
      held.clear();
    },
    async close() {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
