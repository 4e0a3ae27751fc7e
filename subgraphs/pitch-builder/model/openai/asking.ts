import { ModelAnswerInvalid } from '../../../../platform/model/errors.ts';
import type { Completion } from '../../../../platform/model/openai/answer.ts';
import type { OpenAiClient } from '../../../../platform/model/openai/client.ts';
import type { AnswerForm, Message } from '../../../../platform/model/openai/dialect.ts';
import { type Retrying, withRetries } from '../../../../platform/model/openai/retry.ts';
import { estimateTokens } from '../../../../platform/prose/tokens.ts';
import type { PitchWords } from '../model.ts';
import { answerSchema, readAnswer } from './answers.ts';
import { correction } from './prompts.ts';

/** How one pitch's model is asked. */
export interface Asking extends Retrying {
  readonly client: OpenAiClient;
  readonly userId: string;
  /** Tokens that the model reads and writes at once. */
  readonly contextTokens: number;
  /** Tokens of one answer at most. Default: the server's limit. */
  readonly maxOutputTokens?: number | undefined;
  /** For one request, from its first byte to the answer's last. */
  readonly requestTimeoutMs: number;
  /** Hears of each answer, for the counting of tokens. */
  readonly onAnswer: (completion: Completion, messages: readonly Message[]) => void;
}

/** UTF-16 units of an answer, thoughts included. */
const LONGEST_ANSWER = 200_000;
const LEAST_ANSWER_TOKENS = 64;
/** Times that a pitch is asked for, the first included. */
const MOST_ANSWERS = 3;

const tokensOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);

/** One answer, asked for again while that fails in a way that may pass. @throws ModelError, or the signal's reason */
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

/** Whether a correction and the answer that it is of fit beside what was asked, with room for another. */
const fits = ({ contextTokens }: Asking, messages: readonly Message[], answer: string): boolean =>
  tokensOf(messages) + 2 * estimateTokens(answer) <= contextTokens;

/**
 * The words of a pitch. An answer that does not fit `pitch-v1` is asked for again with the validator's words.
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
