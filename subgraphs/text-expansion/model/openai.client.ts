import { createParser, type EventSourceParser } from 'eventsource-parser';
import { type Dispatcher, errors, request } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import { ModelAnswerInvalid, ModelError, ModelRefused, ModelTimeout, ModelUnavailable } from './model.ts';
import { parseRetryAfter } from './retry.ts';

export interface OpenAiEndpoint {
  /** Up to and without `/chat/completions`, e.g. `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token; servers on one's own machine often want none. */
  readonly apiKey?: string | undefined;
  readonly model: string;
  /** No byte for this long once the answer has begun, and the request has failed. */
  readonly idleTimeoutMs: number;
  readonly clock: Clock;
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface CompletionRequest {
  readonly messages: readonly Message[];
  /** A longer answer is invalid. UTF-16 units. */
  readonly longest: number;
  readonly signal: AbortSignal;
  /** Hears how many units of the answer have come. */
  readonly onText: (length: number) => void;
}

export interface Completion {
  readonly text: string;
  /** True when the answer was cut off at the model's limit of tokens. */
  readonly cutOff: boolean;
  /** Tokens of request and answer, where the server counts them. */
  readonly tokens: number | null;
  /** The model as the server names it. */
  readonly model: string | null;
}

const longestEvent = 1_000_000;
const mostBytes = 64 * 1024 * 1024;

const said = z.object({ content: z.string().nullish(), refusal: z.string().nullish() });

/** A chunk of a streamed answer has a `delta`, a whole answer a `message`; a failure has neither, but an `error`. */
const chunkSchema = z.object({
  model: z.string().nullish(),
  choices: z
    .array(z.object({ delta: said.nullish(), message: said.nullish(), finish_reason: z.string().nullish() }))
    .nullish(),
  usage: z.object({ total_tokens: z.number().int().nonnegative() }).nullish(),
  error: z.unknown().optional(),
});

/** Gathers an answer from its events. */
class Answer {
  readonly #longest: number;
  #pieces: string[] = [];
  #length = 0;
  #finish: string | null = null;
  #tokens: number | null = null;
  #model: string | null = null;
  #done = false;

  constructor(longest: number) {
    this.#longest = longest;
  }

  get length(): number {
    return this.#length;
  }

  get done(): boolean {
    return this.#done;
  }

  read(data: string): void {
    if (data === '[DONE]') {
      this.#done = true;
      return;
    }
    const chunk = parseChunk(data);
    if (chunk.error != null) throw new ModelUnavailable('The language model broke off with an error.');
    if (!chunk.choices) throw unreadable();
    this.#model ??= chunk.model ?? null;
    this.#tokens = chunk.usage?.total_tokens ?? this.#tokens;
    const choice = chunk.choices?.[0];
    const words = choice?.delta ?? choice?.message;
    if (words?.refusal) throw new ModelRefused('The language model declined to expand this text.');
    this.#finish = choice?.finish_reason ?? this.#finish;
    this.#add(words?.content ?? '');
  }

  /** An answer that came in one piece, whether or not it says that it ends. */
  readWhole(data: string): void {
    this.read(data);
    this.#done = true;
  }

  #add(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length > this.#longest) throw tooLong();
  }

  finish(): Completion {
    if (this.#finish === null && !this.#done) {
      throw new ModelUnavailable(
        'The connection to the language model broke off in the middle of its answer.',
      );
    }
    if (this.#finish === 'content_filter') {
      throw new ModelRefused('The language model’s content filter stopped the expansion of this text.');
    }
    return {
      text: this.#pieces.join(''),
      cutOff: this.#finish === 'length',
      tokens: this.#tokens,
      model: this.#model,
    };
  }
}

const tooLong = (): ModelError =>
  new ModelAnswerInvalid('The language model answered far more than an expansion of this text.');

const unreadable = (cause?: unknown): ModelError =>
  new ModelAnswerInvalid('The language model answered something that cannot be read.', { cause });

function parseChunk(data: string): z.infer<typeof chunkSchema> {
  try {
    return chunkSchema.parse(JSON.parse(data));
  } catch (cause) {
    throw unreadable(cause);
  }
}

function failureOf(status: number, retryAfterMs: number | null): ModelError {
  if (status === 401 || status === 403)
    return new ModelRefused('The language model refused this service’s credentials.');
  if (status === 404)
    return new ModelRefused('The configured language model does not exist at its endpoint.');
  if (status === 429)
    return new ModelUnavailable('The language model is overloaded or its quota is used up.', {
      retryAfterMs,
    });
  if (status === 408 || status === 425 || status >= 500) {
    return new ModelUnavailable(`The language model failed (HTTP ${status}).`, { retryAfterMs });
  }
  return new ModelRefused(`The language model refused the request (HTTP ${status}).`);
}

/** A broken connection's error. An abort keeps its own reason. */
function connectionFailure(cause: unknown, signal: AbortSignal): unknown {
  if (cause instanceof ModelError) return cause;
  if (signal.aborted) return signal.reason;
  if (cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError) {
    return new ModelTimeout('The language model stopped answering.', { cause });
  }
  return new ModelUnavailable('The language model cannot be reached or broke the connection.', { cause });
}

/** How the body is to be read. @throws ModelError when there is nothing in it to read */
async function formOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  clock: Clock,
): Promise<'events' | 'json'> {
  const header = (name: string) => [headers[name]].flat()[0];
  if (statusCode !== 200) {
    await body.dump();
    throw failureOf(statusCode, parseRetryAfter(header('retry-after'), clock.now()));
  }
  const type = header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'text/event-stream') return 'events';
  if (type === 'application/json') return 'json';
  await body.dump();
  throw new ModelAnswerInvalid('The language model’s endpoint answered neither a stream of events nor JSON.');
}

/** Some servers do not stream, whatever they are asked for. */
async function readJson(body: Dispatcher.ResponseData['body'], answer: Answer): Promise<void> {
  const decoder = new TextDecoder();
  let data = '';
  for await (const chunk of body) {
    data += decoder.decode(chunk, { stream: true });
    if (data.length > longestEvent) throw tooLong();
  }
  answer.readWhole(data);
}

async function readEvents(
  body: Dispatcher.ResponseData['body'],
  answer: Answer,
  onText: (length: number) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let bytes = 0;
  const parser: EventSourceParser = createParser({
    maxBufferSize: longestEvent,
    onEvent: ({ data }) => {
      if (!answer.done) answer.read(data);
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw tooLong();
    },
  });
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLong();
    parser.feed(decoder.decode(chunk, { stream: true }));
    onText(answer.length);
    if (answer.done) return;
  }
}

/**
 * Asks an OpenAI-compatible endpoint for one chat completion, streamed (`POST /chat/completions`, server-sent
 * events), once: retrying is the caller's. An answer in one piece of JSON is taken too.
 * @throws ModelError, or the signal's reason
 */
export async function complete(
  { baseUrl, apiKey, model, idleTimeoutMs, clock }: OpenAiEndpoint,
  { messages, longest, signal, onText }: CompletionRequest,
): Promise<Completion> {
  try {
    const response = await request(`${baseUrl.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream, application/json',
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } }),
      headersTimeout: 0,
      bodyTimeout: idleTimeoutMs,
      signal,
    });
    const form = await formOf(response, clock);
    const answer = new Answer(longest);
    if (form === 'json') await readJson(response.body, answer);
    else await readEvents(response.body, answer, onText);
    return answer.finish();
  } catch (error) {
    throw connectionFailure(error, signal);
  }
}
