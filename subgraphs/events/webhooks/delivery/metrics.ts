import { Counter, Gauge, Histogram } from 'prom-client';
import { gauge, type ServiceMetrics } from '../../../../platform/telemetry/metrics.ts';
import type { Answered } from '../sending/post.ts';
import type { WebhookStore } from '../store/store.ts';
import type { Deliverer } from './deliverer.ts';

/** Counts tries of deliveries, for {@link DrainDependencies.tried}. */
export function measureTries({ registry }: ServiceMetrics): (outcome: Answered, seconds: number) => void {
  const registers = [registry];
  const tries = new Counter({
    name: 'blobgraph_webhook_tries_total',
    help: 'Tries to deliver a change to a webhook, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const took = new Histogram({
    name: 'blobgraph_webhook_try_seconds',
    help: 'Time until a receiver has answered, or was given up.',
    buckets: [0.05, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
    registers,
  });
  return ({ error }, seconds) => {
    tries.inc({ outcome: error === null ? 'delivered' : 'failed' });
    took.observe(seconds);
  };
}

/** Webhooks by state, and what this process has of them. */
export function measureDeliverer(
  { registry }: ServiceMetrics,
  deliverer: Pick<Deliverer, 'usage'>,
  store: Pick<WebhookStore, 'count'>,
): void {
  new Gauge({
    name: 'blobgraph_webhooks',
    help: 'Webhooks by state, of all processes together.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await store.count().catch(() => ({}));
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
  gauge(
    registry,
    'blobgraph_webhooks_kept',
    'Webhooks that this process delivers to.',
    () => deliverer.usage().kept,
  );
  gauge(registry, 'blobgraph_webhook_deliveries', 'Deliveries in work.', () => deliverer.usage().inWork);
  gauge(
    registry,
    'blobgraph_webhooks_waiting',
    'Webhooks that wait for their turn.',
    () => deliverer.usage().waiting,
  );
}
