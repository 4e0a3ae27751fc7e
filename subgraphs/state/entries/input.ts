import { z } from 'zod';

/** The number or position of a chapter: 1 to 100,000, as in `text-input-v1`. */
export const chapterNumber = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(100_000, 'must be at most 100,000');

const MAX_BATCH = 1_000;

/** The body of a batch request. */
export const idsBody = z.object({
  ids: z.array(z.string()).max(MAX_BATCH, `must have at most ${MAX_BATCH} ids`),
});
