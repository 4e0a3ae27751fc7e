import { isPassing } from '../errors/errors.ts';
import { isUnavailable } from '../errors/unavailable.ts';
import type { Logger } from '../telemetry/logger.ts';
import { bounded, TookTooLong } from '../time/bounded.ts';

export interface Patience {
  /** Wait for an answer. Default 50 ms. */
  readonly withinMs?: number;
  /** After a failure, nothing is asked for so long. Default 1,000 ms. */
  readonly restMs?: number;
  /** In milliseconds. Default: that of `performance.now()`. */
  readonly now?: () => number;
}

const isAway = (error: unknown): boolean =>
  error instanceof TookTooLong || isUnavailable(error) || isPassing(error);

/**
 * Works on Redis where it answers at once, for what goes on without it: resolves to undefined where it is away, slow or
 * full, and for a while after that without asking. It never rejects.
 */
export function whereItAnswers(
  logger: Pick<Logger, 'error'>,
  { withinMs = 50, restMs = 1_000, now = () => performance.now() }: Patience = {},
) {
  let restsUntil = Number.NEGATIVE_INFINITY;
  return async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (now() < restsUntil) return undefined;
    try {
      return await bounded('Redis', withinMs, work());
    } catch (error) {
      // Its client logs that a server is away.
      if (!isAway(error)) logger.error({ err: error }, 'Redis refused a command; going on without it');
      restsUntil = now() + restMs;
      return undefined;
    }
  };
}
