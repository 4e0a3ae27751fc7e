import { z } from 'zod';
import { wholeNumber } from '../../platform/config/config.ts';
import { modelSettings } from '../../platform/model/settings.ts';
import { uploadSettings } from './uploads/settings.ts';

const { OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_CONCURRENCY, OPENAI_EXTRA_BODY, USER_TOKENS_A_DAY } =
  modelSettings.shape;

/** Environment variables of the image processor: limits of pictures and uploads, and the vision model. */
export const settings = z
  .object({
    OPENAI_VISION_MODEL: z
      .string()
      .min(1)
      .optional()
      .describe('a model at `OPENAI_BASE_URL` that sees, for alt text; unset: none is written'),
    OPENAI_BASE_URL,
    OPENAI_API_KEY,
    OPENAI_CONCURRENCY,
    OPENAI_EXTRA_BODY,
    USER_TOKENS_A_DAY,
    ...uploadSettings.shape,
    IMAGE_MAX_MEGAPIXELS: wholeNumber(1, 250)
      .default(64)
      .describe('millions of pixels that a picture may have; a larger one is refused before it is decoded'),
    IMAGE_MEMORY_MEBIBYTES: wholeNumber(256, 65_536)
      .default(1_024)
      .describe(
        'memory that decoding one picture may take, of two at once; one that takes more is refused ([why](adr/0053-pictures-in-a-process-of-their-own.md))',
      ),
  })
  .refine(({ OPENAI_VISION_MODEL: model, OPENAI_BASE_URL: baseUrl }) => !model || baseUrl, {
    path: ['OPENAI_BASE_URL'],
    message: 'set it beside OPENAI_VISION_MODEL',
  });

export type Settings = z.infer<typeof settings>;
