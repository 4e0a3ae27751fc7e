import { z } from 'zod';
import { wholeNumber } from '../../platform/config.ts';
import { modelSettings } from '../../platform/model/settings.ts';

const { OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_CONCURRENCY, OPENAI_EXTRA_BODY, USER_TOKENS_A_DAY } =
  modelSettings.shape;

/** Variables of the environment that bound what a picture may be, and say which model describes it. */
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
    IMAGE_MAX_MEBIBYTES: wholeNumber(1, 256).default(25).describe('the largest file that may be uploaded'),
    UPLOAD_MINUTES: wholeNumber(1, 1_440)
      .default(60)
      .describe('minutes for which an upload is open: its file may be sent until then'),
    UPLOADS_OPEN: wholeNumber(1, 100_000).default(100).describe('uploads that one user may have open'),
    UPLOAD_MEBIBYTES_A_DAY: wholeNumber(1, 1_048_576)
      .default(2_048)
      .describe('mebibytes that one user may announce in 24 hours'),
    IMAGE_MAX_MEGAPIXELS: wholeNumber(1, 250)
      .default(64)
      .describe('millions of pixels that a picture may have; a larger one is refused before it is decoded'),
    IMAGE_MEMORY_MEBIBYTES: wholeNumber(256, 65_536)
      .default(1_024)
      .describe('memory that decoding one picture may take, of two at once; one that takes more is refused'),
  })
  .refine(({ OPENAI_VISION_MODEL: model, OPENAI_BASE_URL: baseUrl }) => !model || baseUrl, {
    path: ['OPENAI_BASE_URL'],
    message: 'set it beside OPENAI_VISION_MODEL',
  });

export type Settings = z.infer<typeof settings>;
