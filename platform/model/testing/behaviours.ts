import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

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
      /** Says nothing before this has resolved. */
      readonly after?: Promise<void>;
    }
  | {
      /** Fails with an HTTP status. */
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** `error.code` of the body. */
      readonly code?: string;
      /** `error.message` of the body. Default: one that holds the key. */
      readonly message?: string;
      /** The body as it is, in the place of an error as OpenAI has it. */
      readonly body?: string;
    }
  /** Streams `text`, and then breaks the connection; without `text` before the headers. */
  | { readonly kind: 'reset'; readonly text?: string }
  /** Streams `text`, and then says no more; without `text` not even headers. */
  | { readonly kind: 'stall'; readonly text?: string }
  | {
      /** Answers with this body as it is. */
      readonly kind: 'raw';
      /** Several pieces are sent one by one, wherever they are cut. */
      readonly body: string | readonly Uint8Array[];
      /** Default: a stream of events; null: none. */
      readonly contentType?: string | null;
      /** Breaks the connection after it. */
      readonly reset?: boolean;
      /** Says no more after it, and leaves the connection open. */
      readonly stall?: boolean;
    }
  | {
      /** Refuses requests that hold one of these, and answers the others. */
      readonly kind: 'picky';
      readonly refuses: readonly Refused[];
      /** Default: as OpenAI, Mistral and llama.cpp name it. */
      readonly says?: 'its name' | 'nothing';
    }
  /** Answers as llama-cpp-python does: one request at a time, and gives that up for the next one that comes. */
  | { readonly kind: 'one at a time' };

/** Parts of a request that servers are known to refuse. */
export type Refused = 'stream_options' | 'system' | 'max_tokens' | 'max_completion_tokens';

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

async function sendRaw(
  { body, contentType = stream['content-type'], reset, stall }: Extract<Behaviour, { kind: 'raw' }>,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, contentType === null ? {} : { 'content-type': contentType });
  response.flushHeaders();
  for (const piece of typeof body === 'string' ? [body] : body)
    await new Promise<void>((resolve) => response.write(piece, () => setImmediate(resolve)));
  if (reset) response.socket?.resetAndDestroy();
  else if (!stall) response.end();
}

const holds: Readonly<Record<Refused, (body: RecordedRequest['body']) => boolean>> = {
  stream_options: (body) => body['stream_options'] !== undefined,
  system: (body) => body.messages.some(({ role }) => role === 'system'),
  max_tokens: (body) => body['max_tokens'] !== undefined,
  max_completion_tokens: (body) => body['max_completion_tokens'] !== undefined,
};

/** As Mistral, Gemma's template in llama.cpp, and OpenAI say it. */
const refusals: Readonly<Record<Refused, Extract<Behaviour, { kind: 'status' }>>> = {
  stream_options: {
    kind: 'status',
    status: 422,
    body: '{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}',
  },
  system: { kind: 'status', status: 500, message: 'Jinja Exception: System role not supported' },
  max_tokens: {
    kind: 'status',
    status: 400,
    code: 'unsupported_parameter',
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
  },
  max_completion_tokens: {
    kind: 'status',
    status: 400,
    message: 'Unrecognized request argument supplied: max_completion_tokens',
  },
};

function refusalOf(
  { refuses, says = 'its name' }: Extract<Behaviour, { kind: 'picky' }>,
  { body }: RecordedRequest,
): Behaviour | undefined {
  const found = refuses.find((refused) => holds[refused](body));
  if (!found) return undefined;
  return says === 'nothing'
    ? { kind: 'status', status: 400, body: '{"error":"Bad Request"}' }
    : refusals[found];
}

/** Turns at something that does one thing at a time. */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** `work` is told by `isWanted` whether another waits. */
  async take(work: (isWanted: () => boolean) => Promise<void>): Promise<void> {
    this.#waiting++;
    const before = this.#last;
    const turn = before.then(() => {
      this.#waiting--;
      return work(() => this.#waiting > 0);
    });
    this.#last = turn.catch(() => undefined);
    await turn;
  }
}

/** Long enough that requests which are sent together meet. */
const ticksOfAnAnswer = 300;

async function interruptible(
  request: RecordedRequest,
  response: ServerResponse,
  isWanted: () => boolean,
): Promise<void> {
  response.writeHead(200, stream);
  const events = [...eventsOf({ kind: 'answer' }, request)];
  await write(response, events.shift() ?? '');
  for (let tick = 0; tick < ticksOfAnAnswer && !isWanted(); tick++)
    await new Promise((resolve) => setImmediate(resolve));
  for (const event of isWanted() ? ['data: [DONE]\n\n'] : events) await write(response, event);
  response.end();
}

/** Answers one request. */
export async function respond(
  behaviour: Behaviour,
  request: RecordedRequest,
  response: ServerResponse,
  turns: Turns,
): Promise<void> {
  switch (behaviour.kind) {
    case 'answer':
      await behaviour.after;
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
      const { message = `It failed for ${request.authorization} at http://10.0.0.7:8000/v1` } = behaviour;
      const { body = JSON.stringify({ error: { message, type: 'error', code } }) } = behaviour;
      response.writeHead(status, { ...json, ...headers }).end(body);
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
      await sendRaw(behaviour, response);
      return;
    case 'picky':
      await respond(refusalOf(behaviour, request) ?? { kind: 'answer' }, request, response, turns);
      return;
    case 'one at a time':
      await turns.take((isWanted) => interruptible(request, response, isWanted));
  }
}
