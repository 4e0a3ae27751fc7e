import { z } from 'zod';
import { secret, url, wholeNumber } from '../config/values.ts';

/** Members of a request that are set by other variables, or that the answer is read by. */
const reserved: readonly string[] = ['model', 'messages', 'stream', 'stream_options', 'n'];

/** A variable that holds members of each request's body, as one object of JSON. */
const extraBody = z.string().transform((text, context): Readonly<Record<string, unknown>> => {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const { data, success } = z.record(z.string(), z.unknown()).safeParse(parsed(text));
  if (!success) return refuse('must be an object of JSON, e.g. {"temperature":0.7}');
  const ours = reserved.find((name) => name in data);
  return ours === undefined ? data : refuse(`must not hold "${ours}", which the service sets itself`);
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Variables of the environment that say which model writes; of each processor that has it write. */
export const modelSettings = z
  .object({
    OPENAI_BASE_URL: url('http:', 'https:')
      .optional()
      .describe('any OpenAI-compatible endpoint; unset: the offline model'),
    OPENAI_API_KEY: secret(
      z
        .string()
        .regex(
          /^[\x21-\x7e]+$/,
          'must be a key without white space: remove the blank or the line end that came with it',
        )
        .optional()
        .describe('its key, where it wants one'),
    ),
    OPENAI_MODEL: z.string().min(1).optional().describe('the model’s name'),
    OPENAI_CONTEXT_TOKENS: wholeNumber(1_024, 4_000_000)
      .default(4_096)
      .describe(
        'tokens that the model reads and writes at once; small local models are served with no more by default',
      ),
    OPENAI_MAX_OUTPUT_TOKENS: wholeNumber(64, 1_000_000)
      .optional()
      .describe('tokens of one answer at most; unset: the server’s limit'),
    OPENAI_CONCURRENCY: wholeNumber(1, 1_000)
      .default(4)
      .describe('requests to the model at once, of each processor in one process'),
    USER_TOKENS_A_DAY: wholeNumber(1, 4_000_000_000)
      .optional()
      .describe('tokens that one user may cost the model a day (UTC), of each processor; unset: any number'),
    OPENAI_TIMEOUT_MS: wholeNumber(1_000, 3_600_000)
      .default(300_000)
      .describe('time of one request to the model'),
    OPENAI_EXTRA_BODY: extraBody
      .optional()
      .describe('members of each request beside ours, as JSON, e.g. `{"temperature":0.7}`'),
  })
  .refine(({ OPENAI_BASE_URL, OPENAI_MODEL }) => !OPENAI_BASE_URL || OPENAI_MODEL, {
    path: ['OPENAI_MODEL'],
    message: 'set it beside OPENAI_BASE_URL',
  });

export type ModelSettings = z.infer<typeof modelSettings>;
