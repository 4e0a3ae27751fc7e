import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Behaviour, type RecordedRequest, respond, Turns } from './behaviours.ts';

export { type Behaviour, lengthened } from './behaviours.ts';

/** One behaviour for all requests, or what it is for each. */
export type Usual = Behaviour | ((request: RecordedRequest) => Behaviour);

/** A server that speaks OpenAI's chat completions, and fails when it is told to. */
export interface OpenAiServer {
  /** The base URL, with `/v1`. */
  readonly baseUrl: string;
  readonly requests: readonly RecordedRequest[];
  /** Requests that are not answered to their end, and whose client is still there. */
  readonly open: number;
  /** Behaviours for the next requests, one after the other, before that of `always` again. */
  behave(...next: readonly Behaviour[]): void;
  /** The same as `behave`. */
  reply(...next: readonly Behaviour[]): void;
  /** The behaviour from now on where no other is set; at first `{ kind: 'answer' }`. */
  always(behaviour: Usual): void;
  /** Breaks what is open. */
  close(): Promise<void>;
}

async function record(request: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    authorization: request.headers.authorization,
    body: JSON.parse(Buffer.concat(chunks).toString()),
  };
}

/** Starts on a free port of the loopback interface. */
export async function startOpenAiServer(): Promise<OpenAiServer> {
  const requests: RecordedRequest[] = [];
  const next: Behaviour[] = [];
  const turns = new Turns();
  let usual: Usual = { kind: 'answer' };
  const usualFor = (request: RecordedRequest) => (typeof usual === 'function' ? usual(request) : usual);
  let open = 0;
  const server = createServer((request, response) => {
    open++;
    response.once('close', () => open--);
    record(request)
      .then((recorded) => {
        requests.push(recorded);
        return respond(next.shift() ?? usualFor(recorded), recorded, response, turns);
      })
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const behave = (...behaviours: readonly Behaviour[]) => void next.push(...behaviours);
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get open() {
      return open;
    },
    behave,
    reply: behave,
    always: (behaviour) => {
      usual = behaviour;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
