import { gauge, type ServiceMetrics } from '../../../platform/telemetry/metrics.ts';
import type { Intake } from './intake.ts';

/** Measures what waits for the event log. */
export function measureIntake({ registry }: ServiceMetrics, intake: Pick<Intake, 'backlog'>): void {
  gauge(
    registry,
    'blobgraph_outbox_documents',
    'Documents whose events wait to be published.',
    () => intake.backlog.length,
  );
  gauge(
    registry,
    'blobgraph_outbox_oldest_seconds',
    'For how long the oldest of them has waited.',
    () => intake.backlog.oldestSeconds,
  );
}
