import { Counter } from 'prom-client';
import { gaugeBy, type ServiceMetrics } from '../../../platform/telemetry/metrics.ts';
import { type EndedRuns, outcomes } from './ended.ts';
import type { LetterCounts } from './letters.ts';

/** Measures how runs ended, and what processors gave up. */
export function measureOutcomes(
  { registry }: ServiceMetrics,
  {
    ended,
    letters,
  }: { readonly ended: Pick<EndedRuns, 'totals' | 'candidateTotals'>; readonly letters: LetterCounts },
): void {
  new Counter({
    name: 'blobgraph_processor_runs_ended_total',
    help: 'Runs that ended, exports included, by whether a candidate or the present version had them, since this process began to read the log: each process counts all.',
    labelNames: ['processor', 'outcome', 'version'],
    registers: [registry],
    collect() {
      this.reset();
      const candidates = ended.candidateTotals();
      for (const [processor, counts] of ended.totals()) {
        const candidate = candidates.get(processor);
        for (const outcome of outcomes) {
          const [all, given] = [counts[outcome], candidate?.[outcome] ?? 0];
          this.inc({ processor, outcome, version: 'present' }, all - given);
          if (candidate) this.inc({ processor, outcome, version: 'candidate' }, given);
        }
      }
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
