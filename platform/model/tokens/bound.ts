import type { Clock } from '../../clock.ts';
import { BlobgraphError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { dayOf, endOf, type TokenUses } from './uses.ts';

/** A run that is about to ask the model. */
export interface AskingRun {
  readonly userId: string;
  /** The id of the blob that it makes. */
  readonly runId: string;
  readonly text: string;
}

/** Bounds the tokens that a user's runs of one processor may cost a day. */
export interface TokenBound {
  /**
   * Counts a run; the answer is called with the tokens that it took, when it is done.
   * @throws BlobgraphError TOKENS_SPENT when the user's day is used up
   */
  begin(run: AskingRun): Promise<(tokens: number) => Promise<void>>;
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

/** Bounds what each user's runs take in a day, of UTC, to `limit` tokens: the run that crosses it is the day's last. */
export function createTokenBound(deps: {
  uses: TokenUses;
  limit: number;
  /** What the tokens are used for, in its user's words. Default: drafts. */
  what?: string;
  clock: Clock;
  logger: Pick<Logger, 'warn'>;
}): TokenBound {
  const { uses, limit, what = 'drafts', clock, logger } = deps;
  let prepared: { readonly day: string; readonly done: Promise<void> } | undefined;

  /** Once a day: what is older is forgotten. */
  function prepare(day: string): Promise<void> {
    if (prepared?.day === day) return prepared.done;
    const done = uses.prepare(day);
    const current = { day, done };
    prepared = current;
    done.catch(() => {
      if (prepared === current) prepared = undefined;
    });
    return done;
  }

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
          logger.warn({ err: error, runId }, 'the tokens of a run could not be counted');
        }
      };
    },
    eraseUser: (userId) => uses.eraseUser(userId),
  };
}
