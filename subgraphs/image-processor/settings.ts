import { z } from 'zod';
import { wholeNumber } from '../../platform/config.ts';

/** Variables of the environment that bound what a picture may be. */
export const settings = z.object({
  IMAGE_MAX_MEBIBYTES: wholeNumber(1, 256).default(32).describe('the largest file that may be uploaded'),
  IMAGE_MAX_MEGAPIXELS: wholeNumber(1, 250)
    .default(64)
    .describe('millions of pixels that a picture may have; a larger one is refused before it is decoded'),
  IMAGE_MEMORY_MEBIBYTES: wholeNumber(256, 65_536)
    .default(768)
    .describe('memory that decoding one picture may take; one that takes more is refused'),
});

export type Settings = z.infer<typeof settings>;
