import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that passed the proxy. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** Parsed JSON; undefined for other bodies. */
  readonly body: unknown;
}

/** How to treat a request: forward it, refuse it, hold it before it reaches the target, or hold back its answer. */
export type Intervention = 'pass' | 'refuse' | 'hold-request' | 'hold-response';

/** An HTTP proxy in front of a service that records requests and can hold them. */
export interface ServiceProxy {
  readonly url: string;
  /** Requests since the start or the last `forget`. */
  readonly seen: readonly SeenRequest[];
  forget(): void;
  /** Sets how requests are treated from now on. */
  intervene(decide: (request: SeenRequest) => Intervention): void;
  /** Resolves to the next request that is held. */
  nextHeld(): Promise<SeenRequest>;
  /** Closes connections of held requests, and forwards everything from now on. */
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

class HoldingProxy implements ServiceProxy {
  readonly seen: SeenRequest[] = [];
  readonly #target: string;
  readonly #held = new Set<ServerResponse>();
  readonly #server = createServer((incoming, response) => void this.#handle(incoming, response));
  #waiters: ((request: SeenRequest) => void)[] = [];
  #decide: (request: SeenRequest) => Intervention = () => 'pass';

  constructor(target: string) {
    this.#target = target;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  forget(): void {
    this.seen.length = 0;
  }

  intervene(decide: (request: SeenRequest) => Intervention): void {
    this.#decide = decide;
  }

  nextHeld(): Promise<SeenRequest> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  release(): void {
    this.#decide = () => 'pass';
    for (const response of this.#held) response.destroy();
    this.#held.clear();
  }

  async close(): Promise<void> {
    for (const response of this.#held) response.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #hold(request: SeenRequest, response: ServerResponse): void {
    this.#held.add(response);
    for (const tell of this.#waiters) tell(request);
    this.#waiters = [];
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const request = { method: incoming.method ?? '', path: incoming.url ?? '', body: parseJson(body) };
    this.seen.push(request);
    const intervention = this.#decide(request);
    if (intervention === 'refuse') return void response.destroy();
    if (intervention === 'hold-request') return this.#hold(request, response);
    const onward = forward(
      `${this.#target}${request.path}`,
      { method: request.method, headers: incoming.headers },
      (answer) => {
        if (intervention === 'pass') return copyTo(answer, response);
        answer.resume();
        this.#hold(request, response);
      },
    );
    // The caller sees what it would see without the proxy: a broken connection.
    onward.on('error', () => response.destroy());
    onward.end(body);
  }
}

/** Starts a proxy in front of `target` (a URL without a trailing slash), where nothing needs to listen yet. */
export async function startProxy(target: string): Promise<ServiceProxy> {
  const proxy = new HoldingProxy(target);
  await proxy.listen();
  return proxy;
}
