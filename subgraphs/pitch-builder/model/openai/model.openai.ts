import { OpenAiClient } from '../../../../platform/model/openai/client.ts';
import type { RetryPolicy } from '../../../../platform/model/openai/retry.ts';
import type { Logger } from '../../../../platform/telemetry/logger.ts';
import { storable } from '../../../../platform/text/text.ts';
import { type Clock, systemClock } from '../../../../platform/time/clock.ts';
import { pause } from '../../../../platform/time/pause.ts';
import type { PitchModel, WriteRequest, Written } from '../model.ts';
import { type Asking, askForPitch } from './asking.ts';
import { digest, type Split } from './digest.ts';
import { materialOf, pitchPrompt } from './prompts.ts';

export interface OpenAiPitchOptions {
  /** Up to and without `/chat/completions`, e.g. `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token. Default: none is sent. */
  readonly apiKey?: string | undefined;
  /** The name in requests, and in results when the server reports none. */
  readonly model: string;
  /** The model's context: tokens that it reads and writes in one request. */
  readonly contextTokens: number;
  /** Tokens of one answer at most. Default: the server's own limit. */
  readonly maxOutputTokens?: number | undefined;
  /** Additional members of each request, e.g. `temperature`. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /** For one request, until the answer is complete. Default 5 minutes. */
  readonly requestTimeoutMs?: number | undefined;
  /** Longest silence within an answer. Default 60 s. */
  readonly idleTimeoutMs?: number | undefined;
  /** Concurrent requests of all pitches. Default 4. */
  readonly concurrency?: number | undefined;
  /** For each request. Default: 5 attempts, delays from 0.5 s to 30 s. */
  readonly retry?: RetryPolicy | undefined;
  /** Counts tokens for servers that do not. */
  readonly countTokens: (texts: readonly string[], signal: AbortSignal) => Promise<number>;
  readonly split: Split;
  readonly logger: Pick<Logger, 'warn'>;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

const CONCURRENCY = 4;
const LONGEST_MODEL_NAME = 200;
/** Tokens of the instructions. */
const INSTRUCTIONS = 500;
/** Kept free for the pitch: so many tokens, but at most this share of the context. */
const ANSWER = { tokens: 2_000, share: 0.4 } as const;
/** Reading's share of the progress; the rest is writing. */
const READING = 0.8;

/** A model behind any endpoint of OpenAI's chat completions API. */
export function createOpenAiModel(options: OpenAiPitchOptions): PitchModel {
  const { baseUrl, apiKey, model, extraBody, logger } = options;
  const client = new OpenAiClient({
    baseUrl,
    apiKey,
    model,
    extraBody,
    concurrency: options.concurrency ?? CONCURRENCY,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    clock: options.clock ?? systemClock,
    onLearned: (learned) => logger.warn({ model, ...learned }, 'adapted to the language model’s server'),
  });
  return { name: model, write: (request) => write(options, client, request) };
}

/** Collects model name and token counts of the answers. */
class Used {
  #tokens = 0;
  #model: string | null = null;
  readonly #uncounted: string[] = [];

  readonly hear: Asking['onAnswer'] = (completion, messages) => {
    this.#model ??= completion.model;
    if (completion.tokens === null)
      this.#uncounted.push(...messages.map(({ content }) => content), completion.text);
    else this.#tokens += completion.tokens;
  };

  model(asked: string): string {
    return storable(this.#model ?? '').slice(0, LONGEST_MODEL_NAME) || asked;
  }

  async tokens({ countTokens }: OpenAiPitchOptions, signal: AbortSignal): Promise<number> {
    return this.#tokens + (this.#uncounted.length === 0 ? 0 : await countTokens(this.#uncounted, signal));
  }
}

function askingOf(
  options: OpenAiPitchOptions,
  client: OpenAiClient,
  request: WriteRequest,
  used: Used,
): Asking {
  const { model, logger } = options;
  const { park = (wait) => wait(), signal, userId } = request;
  return {
    client,
    userId,
    signal,
    contextTokens: options.contextTokens,
    maxOutputTokens: options.maxOutputTokens,
    requestTimeoutMs: options.requestTimeoutMs ?? 300_000,
    policy: options.retry ?? { attempts: 5, baseMs: 500, maxMs: 30_000 },
    random: Math.random,
    sleep: (ms, until) => park(() => pause(ms, until)),
    onAnswer: used.hear,
    onFailure: ({ message, details }, attempt, pauseMs) =>
      logger.warn(
        { model, attempt, pauseMs, reason: message, ...(details ? { said: details } : {}) },
        pauseMs === null ? 'language model failed; giving up' : 'language model failed; retrying',
      ),
  };
}

/** Tokens of the material, so that it and the pitch fit into the model's context and into one answer. */
const roomFor = ({
  contextTokens,
  maxOutputTokens = Number.POSITIVE_INFINITY,
}: OpenAiPitchOptions): number => {
  const answer = Math.min(ANSWER.tokens, maxOutputTokens, contextTokens * ANSWER.share);
  return Math.max(200, Math.floor(contextTokens - INSTRUCTIONS - answer));
};

async function write(
  options: OpenAiPitchOptions,
  client: OpenAiClient,
  request: WriteRequest,
): Promise<Written> {
  const { subject, language, signal, onProgress } = request;
  const used = new Used();
  const asking = askingOf(options, client, request, used);
  const room = roomFor(options);
  onProgress(0, 'reading');
  const read = await digest(
    {
      asking,
      split: options.split,
      language,
      room,
      concurrency: options.concurrency ?? CONCURRENCY,
      onProgress: (done) => onProgress(done * READING, 'reading'),
    },
    subject.text,
  );
  onProgress(READING, 'writing');
  const words = await askForPitch(asking, [
    { role: 'system', content: pitchPrompt(subject, language) },
    { role: 'user', content: materialOf(subject, read) },
  ]);
  return {
    words,
    caveats: ['Written by a language model: check names, events and comparable titles.'],
    modelUsed: used.model(options.model),
    tokensUsed: await used.tokens(options, signal),
  };
}
