import { z } from 'zod';
import { url, wholeNumber } from '../../platform/config.ts';

/** Variables of the environment that say which model writes. */
export const settings = z
  .object({
    OPENAI_BASE_URL: url('http:', 'https:')
      .optional()
      .describe('any OpenAI-compatible endpoint; unset: the offline model'),
    OPENAI_API_KEY: z.string().min(1).optional().describe('its key, where it wants one'),
    OPENAI_MODEL: z.string().min(1).optional().describe('the model’s name'),
    OPENAI_CONTEXT_TOKENS: wholeNumber(1_024, 4_000_000)
      .default(16_384)
      .describe('tokens that the model reads and writes at once'),
  })
  .refine(({ OPENAI_BASE_URL, OPENAI_MODEL }) => !OPENAI_BASE_URL || OPENAI_MODEL, {
    path: ['OPENAI_MODEL'],
    message: 'set it beside OPENAI_BASE_URL',
  });

export type Settings = z.infer<typeof settings>;
