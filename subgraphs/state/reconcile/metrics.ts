import { Gauge } from 'prom-client';
import { gauge, type ServiceMetrics } from '../../../platform/telemetry/metrics.ts';
import type { Reconciler } from './reconciler.ts';

/** Exports the findings and repairs of the reconciler's last pass. */
export function measureReconciler({ registry }: ServiceMetrics, reconciler: Pick<Reconciler, 'last'>): void {
  const perKind = (name: string, help: string, count: 'found' | 'repaired') =>
    new Gauge({
      name,
      help,
      labelNames: ['processor', 'kind'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { processorId, kind, ...counts } of reconciler.last?.findings ?? [])
          this.set({ processor: processorId, kind }, counts[count]);
      },
    });
  perKind('blobgraph_reconciler_findings', 'Disagreements between the index and the stores.', 'found');
  perKind(
    'blobgraph_reconciler_repaired',
    'Disagreements that were repaired, or are about to be.',
    'repaired',
  );
  gauge(
    registry,
    'blobgraph_reconciler_left_out',
    'Processors that did not answer.',
    () => reconciler.last?.unreachable.length ?? 0,
  );
  gauge(
    registry,
    'blobgraph_reconciler_finished_seconds',
    'When the last pass ended, in seconds since 1970; 0 before the first.',
    () => (reconciler.last?.finishedAt.getTime() ?? 0) / 1_000,
  );
}
