import { Gauge } from 'prom-client';
import type { ServiceMetrics } from '../../platform/metrics.ts';
import type { Intake } from './publishing/intake.ts';

/** Measures what waits for the event log. */
export function measureIntake({ registry }: ServiceMetrics, intake: Pick<Intake, 'backlog'>): void {
  const registers = [registry];
  new Gauge({
    name: 'blobgraph_outbox_documents',
    help: 'Documents whose events wait to be published.',
    registers,
    collect() {
      this.set(intake.backlog.length);
    },
  });
  new Gauge({
    name: 'blobgraph_outbox_oldest_seconds',
    help: 'For how long the oldest of them has waited.',
    registers,
    collect() {
      this.set(intake.backlog.oldestSeconds);
    },
  });
}
