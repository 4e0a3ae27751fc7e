import { Gauge } from 'prom-client';
import type { ServiceMetrics } from '../../../platform/metrics.ts';
import type { Reconciler } from './reconciler.ts';

/** Measures what the newest run of the reconciler found and did. */
export function measureReconciler({ registry }: ServiceMetrics, reconciler: Pick<Reconciler, 'last'>): void {
  const registers = [registry];
  const perKind = (name: string, help: string, count: 'found' | 'repaired') =>
    new Gauge({
      name,
      help,
      labelNames: ['processor', 'kind'],
      registers,
      collect() {
        this.reset();
        for (const { processorId, kind, ...counts } of reconciler.last?.findings ?? [])
          this.set({ processor: processorId, kind }, counts[count]);
      },
    });
  perKind('blobgraph_reconciler_findings', 'Where index and stores did not agree.', 'found');
  perKind('blobgraph_reconciler_repaired', 'What of that was set right, or is on its way.', 'repaired');
  new Gauge({
    name: 'blobgraph_reconciler_left_out',
    help: 'Processors of which nothing could be concluded.',
    registers,
    collect() {
      this.set(reconciler.last?.unreachable.length ?? 0);
    },
  });
  new Gauge({
    name: 'blobgraph_reconciler_finished_seconds',
    help: 'When the run ended, in seconds since 1970; 0 before the first.',
    registers,
    collect() {
      this.set((reconciler.last?.finishedAt.getTime() ?? 0) / 1_000);
    },
  });
}
