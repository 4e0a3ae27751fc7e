import { z } from 'zod';

/** Where a service takes several users' requests of its graph as one. */
export const TOGETHER_PATH = '/graphql/together';

/** As many at once, which is as many as one service has under way at another. */
export const MOST_TOGETHER = 64;

/** Bytes of an answer that comes with others. A larger one is asked for alone, where it waits until it may be read. */
export const MOST_ANSWER_BYTES = 256 * 1024;

/** One user's request among several. */
const asked = z.strictObject({
  viewer: z.strictObject({ userId: z.string().min(1).max(256), roles: z.array(z.string()) }),
  requestId: z.string().max(64).optional(),
  traceparent: z.string().max(64).optional(),
  /** How long it is waited for. */
  timeoutMs: z.int().min(1),
  /** JSON, as the body of a request of its own. */
  json: z.string(),
});
export type Asked = z.infer<typeof asked>;

/** The body of the request that they come by. */
export const togetherBody = z.strictObject({ asked: z.array(asked).min(1).max(MOST_TOGETHER) });

/** A line of the answer: what one of them is answered, as it would be by itself. They come as they are there. */
export const answeredLine = z.object({
  /** Of the request. */
  index: z
    .int()
    .min(0)
    .max(MOST_TOGETHER - 1),
  status: z.int(),
  /** Null: it has more than {@link MOST_ANSWER_BYTES}. */
  text: z.string().nullable(),
});
export type Answered = z.infer<typeof answeredLine>;
