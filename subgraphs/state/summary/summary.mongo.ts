import type { StateCollections } from '../store/collections.mongo.ts';
import type { StateStore } from '../store/store.ts';
import { createDerivedSummaries } from './derived.mongo.ts';
import type { SummaryStore } from './summary.ts';

type Summaries = SummaryStore &
  Pick<StateStore, 'countByProcessor' | 'derivedCounts' | 'inPlacesCounts' | 'conversations'>;

/** Summaries. */
export const createSummaries = (collections: StateCollections): Summaries => ({
  ...createDerivedSummaries(collections),
  countEntries: async () => undefined,
  incompleteSummaries: async () => [],
  advanceSummary: async () => true,
  checkSummary: async () => ({ complete: true, wrong: 0 }),
  forgetSummary: async () => undefined,
});
