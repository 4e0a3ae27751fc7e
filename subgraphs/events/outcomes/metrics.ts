import { Counter } from 'prom-client';
import { gaugeBy, type ServiceMetrics } from '../../../platform/telemetry/metrics.ts';
import { type EndedRuns, outcomes } from './ended.ts';
import type { LetterCounts } from './letters.ts';

/** Measures how runs ended, and what processors gave up. */
export function measureOutcomes(
  { registry }: ServiceMetrics,
  { ended, letters }: { readonly ended: Pick<EndedRuns, 'totals'>; readonly letters: LetterCounts },
): void {
  new Counter({
    name: 'blobgraph_processor_runs_ended_total',
    help: 'Runs that ended, exports included, since this process began to read the log: each process counts all.',
    labelNames: ['processor', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [processor, counts] of ended.totals())
        for (const outcome of outcomes) this.inc({ processor, outcome }, counts[outcome]);
    },
  });
  const deadLetters = {
    name: 'blobgraph_processor_dead_letters',
    help: 'Dead letters of a processor, counted among the oldest 10,000.',
    label: 'processor',
  };
  // Metrics of the rest are told all the same.
  gaugeBy(registry, deadLetters, () => letters().catch(() => new Map<string, number>()));
}
