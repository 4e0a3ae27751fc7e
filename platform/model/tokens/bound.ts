import { BlobgraphError } from '../../errors/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import { dayOf, endOf, type TokenUses } from './uses.ts';

/** A run that is about to ask the model. */
export interface AskingRun {
  readonly userId: string;
  /** The id of the blob that it makes. */
  readonly runId: string;
  /** Its length tells how many tokens the run is expected to take. */
  readonly text: string;
}

/** Bounds the tokens that a user's runs of one processor may cost a day. */
export interface TokenBound {
  /**
   * Counts a run; the answer is called with the tokens that it took, when it is done.
   * @throws BlobgraphError TOKENS_SPENT when the user's day is used up
   */
  begin(run: AskingRun): Promise<(tokens: number) => Promise<void>>;
  /** Forgets all that was counted of the user. */
  eraseUser(userId: string): Promise<void>;
}

/** Where nothing is bounded, nothing is counted. */
export const unbounded: TokenBound = {
  begin: async () => async () => undefined,
  eraseUser: async () => undefined,
};

/** A token is some four characters; a text is read once, and some twice as much is written. */
const expectedTokens = (text: string): number => Math.ceil((text.length / 4) * 3);

const spent = (limit: number, day: string, what: string): BlobgraphError =>
  new BlobgraphError(
    'TOKENS_SPENT',
    `Your ${what} have used the ${limit} tokens that they may cost a day. Retry this one after ${endOf(day).toISOString()}.`,
  );

/** Prepares a day once; one that failed, again when it is asked for next. */
function preparedOncePerDay(uses: TokenUses): (day: string) => Promise<void> {
  let prepared: { readonly day: string; readonly done: Promise<void> } | undefined;
  return (day) => {
    if (prepared?.day === day) return prepared.done;
    const current = { day, done: uses.prepare(day) };
    prepared = current;
    current.done.catch(() => {
      if (prepared === current) prepared = undefined;
    });
    return current.done;
  };
}

/** Bounds what each user's runs take in a day, of UTC, to `limit` tokens: the run that crosses it is the day's last. */
export function createTokenBound(deps: {
  uses: TokenUses;
  limit: number;
  /** Use of the tokens, for messages to the user. Default: drafts. */
  what?: string;
  clock: Clock;
  logger: Pick<Logger, 'warn'>;
}): TokenBound {
  const { uses, limit, what = 'drafts', clock, logger } = deps;
  const prepare = preparedOncePerDay(uses);
  return {
    async begin({ userId, runId, text }) {
      const day = dayOf(clock.now());
      await prepare(day);
      const use = { userId, day, runId };
      if (!(await uses.begin({ ...use, tokens: expectedTokens(text) }, limit))) throw spent(limit, day, what);
      return async (tokens) => {
        try {
          await uses.finish({ ...use, tokens });
        } catch (error) {
          // The text is there, and is not to be written again: what was expected stays counted.
          logger.warn({ err: error, runId }, 'counting the tokens of a run failed');
        }
      };
    },
    eraseUser: (userId) => uses.eraseUser(userId),
  };
}
