import { z } from 'zod';
import { Threads } from '../../platform/concurrency/threads.ts';
import { wholeNumber } from '../../platform/config/config.ts';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import { records } from '../../platform/processor/records/records.ts';
import type { AnalysisTask } from './analysis/text.worker.ts';
import { insights } from './run.ts';
import { bandsOf, fromText } from './similarity/minhash.ts';
import { nearDuplicates } from './similarity/near-duplicates.ts';

/** The text insights: analysis of texts, and a user's near duplicates. */
export default defineProcessor({
  id: 'text-insights',
  version: '1',
  name: 'Text insights',
  description: 'Counts a text’s words, names what it is about, and finds texts that are nearly the same.',
  takes: {
    'blob.created': ['text-input-v1', 'message-v1'],
    'blob.indexed': ['expanded-text-v1'],
  },
  makes: { type: 'TextInsights', schema: 'text-insights-v1' },
  limits: { concurrency: 4, seconds: 120 },
  settings: z.object({
    TEXT_INSIGHTS_THREADS: wholeNumber(1, 64).default(1).describe('threads that read texts'),
  }),
  // Can be computed from the text again, so it need not be kept for ever.
  records: records('text_insights', {
    store: 'redis',
    rebuildable: true,
    beside: { signature: 'text' },
    tags: ({ beside }) => bandsOf(fromText(beside['signature'])),
  }),
  open: ({ settings }) => {
    const source = 'subgraphs/text-insights/analysis/text.worker.ts';
    const threads = new Threads<AnalysisTask>({ source, threads: settings.TEXT_INSIGHTS_THREADS });
    return { threads, close: () => threads.close() };
  },
  run: insights,
  resolvers: {
    TextInsights: {
      nearDuplicates: { needs: ['signature'], resolve: nearDuplicates },
    },
  },
});
