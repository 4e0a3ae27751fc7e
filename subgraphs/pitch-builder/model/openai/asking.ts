import { ModelAnswerInvalid } from '../../../../platform/model/errors.ts';
import type { Completion } from '../../../../platform/model/openai/answer.ts';
import type { OpenAiClient } from '../../../../platform/model/openai/client.ts';
import type { AnswerForm, Message } from '../../../../platform/model/openai/dialect.ts';
import { type Retrying, withRetries } from '../../../../platform/model/openai/retry.ts';
import { estimateTokens } from '../../../../platform/prose/tokens.ts';
import type { PitchWords } from '../model.ts';
import { answerSchema, readAnswer } from './answers.ts';
import { correction } from './prompts.ts';

/** The context of asking a model for a pitch. */
export interface Asking extends Retrying {
  readonly client: OpenAiClient;
  /** Users share the model fairly. */
  readonly userId: string;
  /** The model's context: tokens that it reads and writes in one request. */
  readonly contextTokens: number;
  /** Tokens of one answer at most. Default: the server's limit. */
  readonly maxOutputTokens?: number | undefined;
  /** For one request, until the answer is complete. */
  readonly requestTimeoutMs: number;
  /** Called with each answer to count tokens. */
  readonly onAnswer: (completion: Completion, messages: readonly Message[]) => void;
}

/** UTF-16 units of an answer, reasoning included. */
const LONGEST_ANSWER = 200_000;
const LEAST_ANSWER_TOKENS = 64;
/** Requests for one pitch, the first included. */
const MOST_ANSWERS = 3;

const tokensOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);

/** Requests one answer, with retries of transient failures. @throws ModelError, or the signal's reason */
export function complete(
  asking: Asking,
  messages: readonly Message[],
  form?: AnswerForm,
): Promise<Completion> {
  const { client, userId, signal, requestTimeoutMs: timeoutMs, maxOutputTokens, contextTokens } = asking;
  const room = Math.max(LEAST_ANSWER_TOKENS, contextTokens - tokensOf(messages));
  return withRetries(asking, async () => {
    const completion = await client.complete({
      userId,
      messages,
      longest: LONGEST_ANSWER,
      ...(maxOutputTokens === undefined ? {} : { maxTokens: Math.min(maxOutputTokens, room) }),
      ...(form ? { form } : {}),
      signal,
      timeoutMs,
      onText: () => undefined,
    });
    asking.onAnswer(completion, messages);
    if (completion.text.trim() === '' && !completion.cutOff)
      throw new ModelAnswerInvalid('The language model answered nothing.');
    return completion;
  });
}

/** Whether the conversation, a rejected answer and its correction fit into the context, with room for a new answer. */
const fits = ({ contextTokens }: Asking, messages: readonly Message[], answer: string): boolean =>
  tokensOf(messages) + 2 * estimateTokens(answer) <= contextTokens;

/**
 * Asks for a pitch. After an answer that does not fit `pitch-v1`, asks again with the validator's messages.
 * @throws ModelError, or the signal's reason
 */
export async function askForPitch(asking: Asking, messages: readonly Message[]): Promise<PitchWords> {
  let asked = messages;
  let mistakes: readonly string[] = [];
  for (let time = 1; time <= MOST_ANSWERS; time += 1) {
    const { text, cutOff } = await complete(asking, asked, answerSchema);
    const read = readAnswer(text);
    if ('words' in read) return read.words;
    mistakes = cutOff ? ['It was cut off at its limit of tokens: answer shorter.'] : read.mistakes;
    asking.onFailure(invalid(mistakes), time, time < MOST_ANSWERS ? 0 : null);
    const correcting: Message = { role: 'user', content: correction(mistakes) };
    const before: Message = { role: 'assistant', content: text };
    const [system, user] = messages as [Message, Message];
    asked = fits(asking, messages, text)
      ? [...messages, before, correcting]
      : [system, { role: 'user', content: `${user.content}\n\n${correcting.content}` }];
  }
  throw invalid(mistakes);
}

const LONGEST_REASON = 300;

function invalid(mistakes: readonly string[]): ModelAnswerInvalid {
  const [first = 'it is empty.'] = mistakes;
  const reason = first.slice(0, LONGEST_REASON).toWellFormed();
  return new ModelAnswerInvalid(`The language model’s answer is no pitch: ${reason}`);
}
