import { createParser } from 'eventsource-parser';
import { type Dispatcher, request } from 'undici';
import type { Clock } from '../../time/clock.ts';
import { ModelAnswerInvalid, ModelError } from '../errors.ts';
import { Answer, type Completion, ErrorInAnswer, ModelInterrupted, tooLong } from './answer.ts';
import {
  type AnswerForm,
  bodyOf,
  type Dialect,
  learned,
  type Message,
  type PictureMessage,
  plainer,
  usualDialect,
} from './dialect.ts';
import { connectionFailure, failureOf, silent, tookTooLong } from './failures.ts';
import { reasonOf } from './reason.ts';
import { parseRetryAfter } from './retry.ts';
import { NOBODY, Slots } from './slots.ts';

export interface OpenAiEndpoint {
  /** Up to and without `/chat/completions`, e.g. `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token; servers on one's own machine often want none. */
  readonly apiKey?: string | undefined;
  /** As the server knows it. */
  readonly model: string;
  /** No byte for this long once the answer's text has begun, and the request has failed. */
  readonly idleTimeoutMs: number;
  /** Requests at once. Default 4. */
  readonly concurrency?: number | undefined;
  /** Members of each request beside ours. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /** Tells how far off the date of a `Retry-After` is. */
  readonly clock: Clock;
  /** Called with what was learned about the server. */
  readonly onLearned?: (what: object) => void;
}

export interface CompletionRequest {
  /** For whom, where that is known: users share the places fairly. */
  readonly userId?: string | undefined;
  /** Instructions first, if any, as `system`; servers that do not take it get them in the user's first message. */
  readonly messages: readonly (Message | PictureMessage)[];
  /** A longer answer is invalid. UTF-16 units. */
  readonly longest: number;
  /** Tokens of the answer at most, which the server is told. Default: its own limit. */
  readonly maxTokens?: number | undefined;
  /** The form that the answer is to have; servers that do not hold a model to it are asked without. Default: any. */
  readonly form?: AnswerForm | undefined;
  /** Ends waiting and request: it rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Milliseconds from its first byte to the answer's last. */
  readonly timeoutMs: number;
  /** Called with what came of the answer since the last call. */
  readonly onText: (added: string) => void;
}

type Body = Dispatcher.ResponseData['body'];

const longestEvent = 1_000_000;
const mostBytes = 64 * 1024 * 1024;
const mostErrorBytes = 64 * 1024;

/** Refused or failed with a status, or with an error in the place of an answer. */
class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly status: number;
  readonly said: string;
  readonly retryAfterMs: number | null;

  constructor(status: number, said: string, retryAfterMs: number | null = null) {
    super(`HTTP ${status}`);
    this.status = status;
    this.said = said;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whether the form of the request may be what was refused; mistral.rs answers a role that it does not take 500 and no word. */
function mayBeOfForm({ status, said }: Unanswered): boolean {
  if (status === 500) return said.trim() === '';
  return [400, 422].includes(status) && reasonOf(said).kind === 'other';
}

/** Asks one OpenAI-compatible server, in the way that it takes. */
export class OpenAiClient {
  readonly #endpoint: OpenAiEndpoint;
  readonly #slots: Slots;
  #dialect: Dialect = usualDialect;
  /** It has answered: what it refuses from now on is not the form of the request. */
  #understood = false;

  constructor(endpoint: OpenAiEndpoint) {
    this.#endpoint = endpoint;
    this.#slots = new Slots(endpoint.concurrency ?? 4, (requestsAtOnce) =>
      endpoint.onLearned?.({ requestsAtOnce }),
    );
  }

  /**
   * Asks for one chat completion, streamed (`POST /chat/completions`, server-sent events): retrying is the caller's. An
   * answer in one piece of JSON is taken too. Waits for its place among the requests at once.
   * @throws ModelError, or the signal's reason
   */
  complete(asked: CompletionRequest): Promise<Completion> {
    const isInterruption = (error: unknown) => error instanceof ModelInterrupted;
    return this.#slots.run(asked.userId ?? NOBODY, asked.signal, isInterruption, async () => {
      try {
        const completion = await this.#learning(asked);
        this.#understood = true;
        return completion;
      } catch (error) {
        throw error instanceof Unanswered ? this.#failure(error) : error;
      }
    });
  }

  async #learning(asked: CompletionRequest): Promise<Completion> {
    for (;;) {
      const dialect = this.#dialect;
      try {
        return await this.#once(dialect, asked);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        // Another request may have learned it meanwhile.
        if (this.#dialect !== dialect) continue;
        const next = this.#named(dialect, error, asked);
        if (!next) return this.#guessing(dialect, error, asked);
        this.#learn(next);
      }
    }
  }

  #named(
    dialect: Dialect,
    { status, said }: Unanswered,
    { maxTokens, form }: CompletionRequest,
  ): Dialect | null {
    if ([401, 403, 404, 429].includes(status)) return null;
    return learned(dialect, said, maxTokens !== undefined, form !== undefined);
  }

  /** Some say that they refuse, and not what. @throws `refusal` when nothing helps */
  async #guessing(dialect: Dialect, refusal: Unanswered, asked: CompletionRequest): Promise<Completion> {
    if (this.#understood || !mayBeOfForm(refusal)) throw refusal;
    for (const guess of plainer(dialect, asked.maxTokens !== undefined, asked.form !== undefined)) {
      try {
        const completion = await this.#once(guess, asked);
        this.#learn(guess);
        return completion;
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
      }
    }
    throw refusal;
  }

  #learn(dialect: Dialect): void {
    this.#dialect = dialect;
    this.#endpoint.onLearned?.(dialect);
  }

  #failure({ status, said, retryAfterMs }: Unanswered): ModelError {
    return failureOf(status, reasonOf(said, this.#endpoint.apiKey), retryAfterMs);
  }

  async #once(dialect: Dialect, asked: CompletionRequest): Promise<Completion> {
    const { baseUrl, apiKey, model, extraBody, idleTimeoutMs, clock } = this.#endpoint;
    const { longest, onText } = asked;
    const late = new AbortController();
    const signal = AbortSignal.any([asked.signal, late.signal]);
    const answer = new Answer(longest);
    const limit = setTimeout(() => late.abort(tookTooLong()), asked.timeoutMs);
    const watch = watchdog(idleTimeoutMs, () => late.abort(silent()));
    try {
      const response = await request(`${baseUrl.replace(/\/+$/, '')}/chat/completions`, {
        method: 'POST',
        headers: {
          accept: 'text/event-stream, application/json',
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify(bodyOf(dialect, { ...asked, model, extra: extraBody })),
        headersTimeout: 0,
        bodyTimeout: 0,
        signal,
      });
      await assertAnswered(response, clock);
      await readAnswer(response.body, answer, () => {
        if (answer.length > 0) watch.again();
        const added = answer.takeNew();
        if (added !== '') onText(added);
      });
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      if (error instanceof ErrorInAnswer) throw new Unanswered(200, error.body);
      const isLost = late.signal.aborted || !(error instanceof ModelError);
      // All of the answer has come: whether the connection then ends in order matters no more.
      if (!isLost || asked.signal.aborted || !answer.ended)
        throw connectionFailure(error, signal, answer.length > 0);
    } finally {
      clearTimeout(limit);
      watch.end();
    }
    return answer.finish();
  }
}

/** Calls `bark` when it was not told to wait `again` for `ms`. It begins with the first time. */
function watchdog(ms: number, bark: () => void): { again(): void; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const end = () => clearTimeout(timer);
  return {
    again() {
      end();
      timer = setTimeout(bark, ms);
    },
    end,
  };
}

/** @throws Unanswered */
async function assertAnswered(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  clock: Clock,
): Promise<void> {
  if (statusCode >= 200 && statusCode < 300) return;
  const decoder = new TextDecoder();
  let said = '';
  for await (const chunk of body) {
    said += decoder.decode(chunk, { stream: true });
    if (said.length > mostErrorBytes) break;
  }
  const retryAfter = [headers['retry-after']].flat()[0];
  throw new Unanswered(statusCode, said, parseRetryAfter(retryAfter, clock.now()));
}

/** The form of a body, by its beginning: many servers name another content type, or none. */
function formOf(beginning: string): 'events' | 'json' | undefined {
  const first = beginning.trimStart()[0];
  if (first === undefined) return undefined;
  if (first === '<')
    throw new ModelAnswerInvalid(
      'The language model’s endpoint answered neither a stream of events nor JSON.',
    );
  return first === '{' ? 'json' : 'events';
}

/** Reads events, or one piece of JSON: some servers do not stream, whatever they are asked for. */
async function readAnswer(body: Body, answer: Answer, onRead: () => void): Promise<void> {
  const decoder = new TextDecoder();
  const reader = eventReader(answer);
  let form: ReturnType<typeof formOf>;
  let held = '';
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLong();
    held += decoder.decode(chunk, { stream: true });
    form ??= formOf(held);
    if (form === 'events') {
      reader.feed(held);
      held = '';
    }
    if (held.length > longestEvent) throw tooLong();
    onRead();
    if (answer.done) return;
  }
  held += decoder.decode();
  if (form === 'json') answer.readWhole(held);
  else reader.end(held);
}

function eventReader(answer: Answer): { feed(text: string): void; end(text: string): void } {
  const parser = createParser({
    maxBufferSize: longestEvent,
    onEvent: ({ data }) => {
      if (!answer.done) answer.read(data);
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw tooLong();
    },
  });
  return {
    feed: (text) => parser.feed(text),
    /** The last event often has no blank line after it; half of one is no event. */
    end(text) {
      try {
        parser.feed(`${text}\n\n`);
      } catch (error) {
        if (!(error instanceof ModelAnswerInvalid && error.cause instanceof SyntaxError)) throw error;
      }
    },
  };
}
