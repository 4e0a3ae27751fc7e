import { z } from 'zod';

/** The parameters of a paged list. */
export const pageQuery = z.object({
  limit: z.int().min(1).max(100).optional().describe('The size of the page, 1 to 100. Default: 20.'),
  cursor: z.string().optional().describe('The `next_cursor` of the previous page.'),
});
