import type { Logger } from '../../../../platform/logger.ts';

export interface UpkeepContext {
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, 'info'>;
}

/**
 * Work on data that the release before stored: it goes on beside reading and writing, and may be cut short anywhere.
 * Until it is done, answers are right, but take longer.
 */
export interface Upkeep {
  /** Begins it, or goes on with it. Resolves when nothing is left to do. @throws when the store fails, or `signal` aborts */
  upkeep(context: UpkeepContext): Promise<void>;
}
