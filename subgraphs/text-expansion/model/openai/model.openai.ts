import pMap from 'p-map';
import { ModelError, ModelTimeout } from '../../../../platform/model/errors.ts';
import { OpenAiClient } from '../../../../platform/model/openai/client.ts';
import type { RetryPolicy } from '../../../../platform/model/openai/retry.ts';
import type { Park } from '../../../../platform/model/park.ts';
import type { Logger } from '../../../../platform/telemetry/logger.ts';
import { storable } from '../../../../platform/text/text.ts';
import { type Clock, systemClock } from '../../../../platform/time/clock.ts';
import { pause } from '../../../../platform/time/pause.ts';
import type { ExpandRequest, Expansion, Section, TextModel } from '../model.ts';
import { SectionText } from '../section-text.ts';
import { Progress } from './progress.ts';
import { type Writing, type Written, write } from './section.ts';
import { type Part, partsOf } from './sections.ts';

export interface OpenAiModelOptions {
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
  /** Time limit of a whole text. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** For one request, until the answer is complete. Default 5 minutes. */
  readonly requestTimeoutMs?: number | undefined;
  /** Longest silence within an answer. Default 60 s. */
  readonly idleTimeoutMs?: number;
  /** Concurrent requests of all texts. Default 4. */
  readonly concurrency?: number | undefined;
  /** For each section. Default: 5 attempts, delays from 0.5 s to 30 s. */
  readonly retry?: RetryPolicy;
  /** Counts tokens for servers that do not. */
  readonly countTokens: (texts: readonly string[], signal: AbortSignal) => Promise<number>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Waits before a retry; resolves early when the signal aborts. Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** Models summarise longer sections rather than expand them. */
const mostSectionTokens = 2_000;
const tokensOfInstructions = 400;
/** Shares of the context: the section, an answer twice as long, and a reserve for low estimates. */
const contextShares = 3.5;
const answerShares = 2.5;
const usualGrowth = 1.8;
const longestModelName = 200;
const nothingToExpand = 'It holds no prose to expand.';

/**
 * Tokens of a section, so that it and its expansion fit into the model's context, and the expansion into one answer.
 */
export const sectionTokensFor = (contextTokens: number, maxOutputTokens = Number.POSITIVE_INFINITY): number =>
  Math.max(
    16,
    Math.min(
      mostSectionTokens,
      Math.floor((contextTokens - tokensOfInstructions) / contextShares),
      Math.floor(maxOutputTokens / answerShares),
    ),
  );

/** An expanded or kept part of the text. */
interface Outcome extends Written {
  /** Why its expansion failed; null otherwise. */
  readonly failure: ModelError | null;
  readonly kept: string | null;
}

/** A model behind any endpoint of OpenAI's chat completions API. */
export function createOpenAiModel(options: OpenAiModelOptions): TextModel {
  const { baseUrl, apiKey, model, concurrency, extraBody, logger } = options;
  const client = new OpenAiClient({
    baseUrl,
    apiKey,
    model,
    concurrency,
    extraBody,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    clock: options.clock ?? systemClock,
    onLearned: (learned) => logger.warn({ model, ...learned }, 'adapted to the language model’s server'),
  });
  return { name: model, expand: (request) => expand(options, client, request) };
}

async function expand(
  options: OpenAiModelOptions,
  client: OpenAiClient,
  { text, userId, signal, onProgress, onText = () => {}, park }: ExpandRequest,
): Promise<Expansion> {
  const limits = options.timeoutMs === undefined ? [] : [AbortSignal.timeout(options.timeoutMs)];
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal, ...limits]);
  const parts = partsOf(text, sectionTokensFor(options.contextTokens, options.maxOutputTokens));
  const progress = new Progress(
    parts.map(({ length }) => length),
    onProgress ?? (() => {}),
  );
  try {
    const toOutcome = async (part: Part, index: number): Promise<Outcome> => {
      const writing = { ...writingOf(options, client, ended, park), userId };
      const told = new SectionText({ section: index, sections: parts.length, title: part.title }, onText);
      const outcome = await expandPart(writing, text, part, {
        told,
        onProgress: (share) => progress.set(index, share),
      });
      told.settle(outcome.text);
      progress.set(index, 1);
      return outcome;
    };
    const outcomes = await pMap(parts, toOutcome, { concurrency: options.concurrency ?? 4, signal: ended });
    assertExpanded(outcomes);
    const expansion = await toExpansion(options, parts, outcomes, ended);
    progress.finish();
    return expansion;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (limits.some(({ aborted }) => aborted))
      throw new ModelTimeout('The language model took too long to expand this text.');
    throw error;
  } finally {
    stop.abort();
  }
}

function writingOf(
  { model, logger, ...options }: OpenAiModelOptions,
  client: OpenAiClient,
  signal: AbortSignal,
  park: Park = (wait) => wait(),
): Omit<Writing, 'onText'> {
  const { sleep = pause } = options;
  return {
    client,
    signal,
    contextTokens: options.contextTokens,
    maxOutputTokens: options.maxOutputTokens,
    requestTimeoutMs: options.requestTimeoutMs ?? 300_000,
    policy: options.retry ?? { attempts: 5, baseMs: 500, maxMs: 30_000 },
    random: options.random ?? Math.random,
    sleep: (ms, until) => park(() => sleep(ms, until)),
    onFailure: ({ message, details }, attempt, pauseMs) =>
      logger.warn(
        { model, attempt, pauseMs, reason: message, ...(details ? { said: details } : {}) },
        pauseMs === null ? 'language model failed; giving up' : 'language model failed; retrying',
      ),
  };
}

/** Expands a part; one that cannot be expanded is kept. @throws ModelError that every other part would meet too */
async function expandPart(
  writing: Omit<Writing, 'onText'>,
  text: string,
  { start, length, bodyStart, bodyLength }: Part,
  { told, onProgress }: { told: SectionText; onProgress: (share: number) => void },
): Promise<Outcome> {
  const whole = text.slice(start, start + length);
  const body = text.slice(bodyStart, bodyStart + bodyLength);
  const head = text.slice(start, bodyStart);
  const onText: Writing['onText'] = (offset, added) => {
    told.write(head.length + offset, added);
    onProgress(Math.min(0.99, (offset + added.length) / (bodyLength * usualGrowth)));
  };
  const kept = { text: whole, completions: [], uncounted: [] };
  if (body === '') return { ...kept, failure: null, kept: nothingToExpand };
  told.settle(head);
  try {
    const written = await write({ ...writing, onText }, body);
    const tail = text.slice(bodyStart + bodyLength, start + length);
    return { ...written, text: head + written.text + tail, failure: null, kept: null };
  } catch (error) {
    if (!(error instanceof ModelError) || error.concerns === 'server') throw error;
    return { ...kept, failure: error, kept: error.message };
  }
}

/** @throws ModelError when every part failed: then it is not the fault of one section */
function assertExpanded(outcomes: readonly Outcome[]): void {
  if (outcomes.some(({ completions }) => completions.length > 0)) return;
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  const failure = failures.find(({ code }) => code === 'MODEL_UNAVAILABLE') ?? failures[0];
  if (failure) throw failure;
}

/** The name that the model reports; empty when it reports none. */
const nameOf = (outcomes: readonly Outcome[]): string => {
  const named = outcomes.flatMap(({ completions }) => completions).find(({ model }) => model);
  return storable(named?.model ?? '').slice(0, longestModelName);
};

async function toExpansion(
  options: OpenAiModelOptions,
  parts: readonly Part[],
  outcomes: readonly Outcome[],
  signal: AbortSignal,
): Promise<Expansion> {
  const sections: Section[] = [];
  let expandedStart = 0;
  for (const [index, { title, start, length }] of parts.entries()) {
    const { text = '', kept = null } = outcomes[index] ?? {};
    const expandedLength = text.length;
    sections.push({
      index,
      title,
      originalStart: start,
      originalLength: length,
      expandedStart,
      expandedLength,
      kept,
    });
    expandedStart += expandedLength;
  }
  const uncounted = outcomes.flatMap((outcome) => outcome.uncounted);
  const counted = outcomes
    .flatMap(({ completions }) => completions)
    .reduce((sum, { tokens }) => sum + (tokens ?? 0), 0);
  return {
    expanded: outcomes.map(({ text }) => text).join(''),
    sections,
    tokensUsed: counted + (uncounted.length === 0 ? 0 : await options.countTokens(uncounted, signal)),
    modelUsed: nameOf(outcomes) || options.model,
  };
}
