import type { Logger } from '../../../platform/logger.ts';
import type { StateStore } from '../store/store.ts';
import { createSweeper, type Sweeper } from '../sweeper.ts';

const CONCURRENCY = 2;
const BATCH = 100;
/** Steps of one user before others have their turn. */
const STEPS = 20;

export interface SummaryBuilderDependencies {
  readonly store: Pick<StateStore, 'incompleteSummaries' | 'advanceSummary'>;
  readonly logger: Logger;
}

/** Builds summaries of users whose entries were there before; goes on where another process stopped. */
export const createSummaryBuilder = ({ store, logger }: SummaryBuilderDependencies): Sweeper =>
  createSweeper({
    what: 'building a summary',
    find: () => store.incompleteSummaries(BATCH),
    async work([userId]) {
      for (let step = 0; step < STEPS; step += 1) {
        if (await store.advanceSummary(userId)) return;
      }
    },
    concurrency: CONCURRENCY,
    logger,
  });
