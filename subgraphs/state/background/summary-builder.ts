import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { StateStore } from '../store/store.ts';
import { createSweeper, type Sweeper } from './sweeper.ts';

const CONCURRENCY = 2;
const BATCH = 100;
/** Steps for one user before another has its turn. */
const STEPS = 20;

export interface SummaryBuilderDependencies {
  readonly store: Pick<StateStore, 'incompleteSummaries' | 'advanceSummary'>;
  readonly logger: Logger;
}

/** Builds summaries of users with entries from before there were summaries; continues where another process stopped. */
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
