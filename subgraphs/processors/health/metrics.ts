import { gaugeBy, type ServiceMetrics } from '../../../platform/telemetry/metrics.ts';
import type { Health } from './decide.ts';
import type { HealthMonitor } from './health.ts';

const MEASURED: readonly (readonly [name: string, help: string, of: (health: Health) => number | null])[] = [
  [
    'up',
    'What the last health check of a processor found: 1 up, 0.5 degraded, 0 down.',
    ({ status }) => ({ up: 1, degraded: 0.5, down: 0, unknown: null })[status],
  ],
  [
    'health_seconds',
    'How long a processor took to answer its last health check.',
    ({ latencyMs }) => (latencyMs === null ? null : latencyMs / 1_000),
  ],
];

/** Measures the health of every processor that is checked. */
export function measureHealth({ registry }: ServiceMetrics, health: Pick<HealthMonitor, 'all'>): void {
  for (const [name, help, of] of MEASURED)
    gaugeBy(registry, { name: `blobgraph_processor_${name}`, help, label: 'processor' }, () =>
      [...health.all()].flatMap(([processor, each]) => {
        const value = of(each);
        return value === null ? [] : [[processor, value] as const];
      }),
    );
}
