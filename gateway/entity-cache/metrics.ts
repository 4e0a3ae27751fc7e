import { gauge, type ServiceMetrics, total } from '../../platform/telemetry/metrics.ts';
import type { EntityCacheUsage } from './entity-cache.ts';

const PREFIX = 'blobgraph_entity_cache';

/** Measures a gateway's entity cache. */
export function measureEntityCache({ registry }: ServiceMetrics, usage: () => EntityCacheUsage): void {
  gauge(
    registry,
    `${PREFIX}_bytes`,
    'Bytes of the entities and answers that the gateway keeps, by estimate.',
    () => usage().bytes,
  );
  gauge(registry, `${PREFIX}_entities`, 'Entities that the gateway keeps.', () => usage().entities);
  gauge(registry, `${PREFIX}_answers`, 'Whole answers that the gateway keeps.', () => usage().answers);
  const totals = {
    hits: 'Entities that were kept when they were needed, so that no subgraph was asked.',
    misses: 'Entities that may be kept and were not.',
    evictions: 'Entities and answers that went because others needed their room.',
    losses: 'How often all entities went, because deletions could not be followed in the event log.',
  } as const;
  for (const [name, help] of Object.entries(totals) as [keyof typeof totals, string][])
    total(registry, `${PREFIX}_${name}_total`, help, () => usage()[name]);
}
