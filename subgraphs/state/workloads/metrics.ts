import type { ProcessorCatalog } from '../../../platform/clients/registry.ts';
import { gaugeBy, type ServiceMetrics } from '../../../platform/telemetry/metrics.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { knownProcessors } from '../blobs/processing/processor-status.ts';
import type { Workload } from '../store/scans.ts';
import { oldestSeconds, type Workloads } from './workloads.ts';

interface WorkloadMetricsDependencies {
  readonly workloads: Workloads;
  readonly processors: Pick<ProcessorCatalog, 'known'>;
  readonly clock: Clock;
}

type Measured = readonly [name: string, help: string, of: (workload: Workload, now: Date) => number];

const MEASURED: readonly Measured[] = [
  ['queue_depth', 'Runs that wait for a processor; counted to 10,000.', ({ waiting }) => waiting],
  [
    'queue_oldest_seconds',
    'For how long the oldest of them has waited; 0 while none does.',
    (workload, now) => oldestSeconds(workload, now) ?? 0,
  ],
  ['runs_in_work', 'Runs that a processor has begun and not ended.', ({ inWork }) => inWork],
];

/** Measures what all processors have to do; one look for all gauges of a scrape. */
export function measureWorkloads(
  { registry }: ServiceMetrics,
  { workloads, processors, clock }: WorkloadMetricsDependencies,
): void {
  const read = async () => {
    const ids = [...(await knownProcessors(processors)).keys()];
    const found = await workloads.of(ids);
    return ids.flatMap((id, place) => (found[place] ? [[id, found[place]] as const] : []));
  };
  for (const [name, help, of] of MEASURED)
    gaugeBy(registry, { name: `blobgraph_processor_${name}`, help, label: 'processor' }, async () => {
      // Metrics of the rest are told all the same.
      const found = await read().catch(() => []);
      const now = clock.now();
      return found.map(([processor, workload]) => [processor, of(workload, now)] as const);
    });
}
