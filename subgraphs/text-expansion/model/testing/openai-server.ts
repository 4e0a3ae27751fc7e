import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server's handling of one request. */
export type Behaviour =
  | {
      /** Answers like a model. */
      readonly kind: 'answer';
      /** Default: the user's message, {@link lengthened}. */
      readonly text?: string | ((source: string) => string);
      /** False: one JSON body, whatever was asked for. Default true. */
      readonly streamed?: boolean;
      /** Default `stop`; null leaves it out. */
      readonly finish?: string | null;
      /** Tokens altogether, default 100; null leaves them out. */
      readonly usage?: number | null;
      readonly refusal?: string;
      /** The name that the model gives itself; default `test-model-1`. */
      readonly model?: string;
    }
  | {
      /** Fails with an HTTP status. */
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** `error.code` of the body. */
      readonly code?: string;
    }
  /** Streams `text`, and then breaks the connection; without `text` before the headers. */
  | { readonly kind: 'reset'; readonly text?: string }
  /** Streams `text`, and then says no more; without `text` not even headers. */
  | { readonly kind: 'stall'; readonly text?: string }
  /** Answers with this body as it is; by default a stream of events. */
  | { readonly kind: 'raw'; readonly body: string; readonly contentType?: string };

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly messages: readonly ChatMessage[];
    readonly [key: string]: unknown;
  };
}

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
  always(behaviour: Behaviour): void;
  /** Breaks what is open. */
  close(): Promise<void>;
}

const pieceLength = 200;
const echoedShare = 0.75;

/** The text with something said again after each paragraph: some 1.75 times as long. Headings stay as they are. */
export const lengthened = (source: string): string =>
  source
    .split(/(\n\s*\n)/)
    .map((paragraph) => {
      if (paragraph.trim() === '' || paragraph.startsWith('#')) return paragraph;
      const words = paragraph.trim().split(/\s+/);
      const again = words.slice(0, Math.ceil(words.length * echoedShare)).join(' ');
      return `${paragraph} That is to say: ${again.replace(/[.,;:!?]+$/, '')}.`;
    })
    .join('');

function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += pieceLength) yield text.slice(at, at + pieceLength);
}

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

type Answering = Extract<Behaviour, { kind: 'answer' }>;

const textOf = ({ text = lengthened }: Answering, { body }: RecordedRequest): string =>
  typeof text === 'string' ? text : text(body.messages.find(({ role }) => role === 'user')?.content ?? '');

const usageOf = ({ usage = 100 }: Answering) =>
  usage === null ? null : { prompt_tokens: 0, completion_tokens: usage, total_tokens: usage };

/** Everything of a streamed answer, event by event. */
function* eventsOf(answer: Answering, request: RecordedRequest): Generator<string> {
  const { finish = 'stop', refusal, model = 'test-model-1' } = answer;
  const text = textOf(answer, request);
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 0, model };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    event({ ...head, choices: [{ index: 0, delta, finish_reason }] });
  yield chunk({ role: 'assistant', content: '' });
  if (refusal !== undefined) yield chunk({ refusal });
  for (const content of piecesOf(text)) yield chunk({ content });
  if (finish !== null) yield chunk({}, finish);
  const usage = usageOf(answer);
  if (usage) yield event({ ...head, choices: [], usage });
  if (finish !== null) yield 'data: [DONE]\n\n';
}

function wholeAnswer(answer: Answering, request: RecordedRequest): string {
  const { finish = 'stop', refusal = null, model = 'test-model-1' } = answer;
  const content = textOf(answer, request);
  const message = { role: 'assistant', content, refusal };
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: usageOf(answer),
  });
}

const stream = { 'content-type': 'text/event-stream; charset=utf-8' };
const json = { 'content-type': 'application/json' };

async function write(response: ServerResponse, text: string): Promise<void> {
  if (!response.write(text) && !response.destroyed)
    await Promise.race([once(response, 'drain'), once(response, 'close')]);
}

/** Streams the beginning of an answer, until the system has taken it. */
async function begin(response: ServerResponse, text: string | undefined): Promise<void> {
  if (text === undefined) return;
  response.writeHead(200, stream);
  const chunk = event({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] });
  await new Promise<void>((resolve) => response.write(chunk, () => resolve()));
}

async function respond(behaviour: Behaviour, request: RecordedRequest, response: ServerResponse) {
  switch (behaviour.kind) {
    case 'answer':
      if (behaviour.streamed === false) {
        response.writeHead(200, json).end(wholeAnswer(behaviour, request));
        return;
      }
      response.writeHead(200, stream);
      for (const piece of eventsOf(behaviour, request)) await write(response, piece);
      response.end();
      return;
    case 'status': {
      const { status, headers = {}, code = null } = behaviour;
      const message = `secret details: ${request.authorization}`;
      response
        .writeHead(status, { ...json, ...headers })
        .end(JSON.stringify({ error: { message, type: 'error', code } }));
      return;
    }
    case 'reset':
      await begin(response, behaviour.text);
      response.socket?.resetAndDestroy();
      return;
    case 'stall':
      await begin(response, behaviour.text);
      return;
    case 'raw':
      response.writeHead(200, { 'content-type': behaviour.contentType ?? stream['content-type'] });
      await write(response, behaviour.body);
      response.end();
  }
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
  let usual: Behaviour = { kind: 'answer' };
  let open = 0;
  const server = createServer((request, response) => {
    open++;
    response.once('close', () => open--);
    record(request)
      .then((recorded) => {
        requests.push(recorded);
        return respond(next.shift() ?? usual, recorded, response);
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
