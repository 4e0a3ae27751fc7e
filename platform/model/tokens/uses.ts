/** Tokens that one run takes of its user's day. */
export interface TokenUse {
  readonly userId: string;
  /** In UTC, `YYYY-MM-DD`. */
  readonly day: string;
  /** The id of the blob that the run makes. */
  readonly runId: string;
  /** Expected of a run that begins, taken by one that is done. */
  readonly tokens: number;
}

/**
 * Tokens that users' runs took of a language model, by day. Each run counts once a day, however often it is begun: what
 * it is expected to take from its beginning on, so that runs at once know of each other, and what it took from its end on.
 */
export interface TokenUses {
  /** Makes the table or the indexes, and forgets days before yesterday. */
  prepare(today: string): Promise<void>;
  /**
   * Counts a run, unless those that were counted before it have reached `limit`: the run that crosses the limit is the
   * day's last. A run that is counted already is let in again.
   */
  begin(use: TokenUse, limit: number): Promise<boolean>;
  /** Counts what a run took, in the place of what was expected. */
  finish(use: TokenUse): Promise<void>;
  /** Forgets all that is known of a user. */
  eraseUser(userId: string): Promise<void>;
}

const DAY_MS = 86_400_000;

/** The day of a moment, in UTC. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);

/** The day before. */
export const dayBefore = (day: string): string => dayOf(new Date(Date.parse(day) - DAY_MS));

/** When the day is over. */
export const endOf = (day: string): Date => new Date(Date.parse(day) + DAY_MS);
