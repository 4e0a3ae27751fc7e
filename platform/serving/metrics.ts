import type { FastifyInstance } from 'fastify';
import { Gauge, Registry } from 'prom-client';
import type { BreakerState } from '../clients/http/guard.ts';
import { type Config, isLoopback } from '../config/config.ts';
import { unauthenticated } from '../identity/service/service-tokens.ts';
import { isSameSecret } from '../identity/service/shared-secret.ts';
import { gauge, type ServiceMetrics, total } from '../telemetry/metrics.ts';
import { bearerToken } from './access/authenticate.ts';
import type { Load } from './load/load.ts';

/**
 * `/metrics` in Prometheus' text format: with the configured token, or, where there is none, to whoever reaches a
 * service that listens on the loopback address alone. Elsewhere there is no such path.
 */
export function metricsRoute(
  app: FastifyInstance,
  { metrics, config }: { metrics: ServiceMetrics; config: Pick<Config, 'host' | 'metricsToken'> },
): void {
  const { host, metricsToken } = config;
  if (metricsToken === undefined && !isLoopback(host)) return;
  app.get('/metrics', async (request, reply) => {
    if (metricsToken !== undefined) {
      const given = bearerToken(request.headers.authorization);
      if (!isSameSecret(given, metricsToken)) throw unauthenticated();
    }
    return reply.type(Registry.PROMETHEUS_CONTENT_TYPE).send(await metrics.text());
  });
}

const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** Measures what every service has: its requests, and how it is with those that it calls. */
export function measureService(
  { registry }: ServiceMetrics,
  of: {
    load: Pick<Load, 'inWork' | 'refused' | 'shares'>;
    breakers: () => Readonly<Record<string, BreakerState>>;
  },
): void {
  const { shares } = of.load;
  gauge(registry, 'blobgraph_requests_in_work', 'Requests that are being answered.', () => of.load.inWork);
  gauge(
    registry,
    'blobgraph_turns_taken',
    'Requests and hydrations of users that are worked on.',
    () => shares.inWork,
  );
  gauge(
    registry,
    'blobgraph_turns_waiting',
    'Requests and hydrations of users that wait for their turn.',
    () => shares.waiting,
  );
  total(
    registry,
    'blobgraph_requests_refused_total',
    'Requests that were refused because too many were in work.',
    () => of.load.refused,
  );
  new Gauge({
    name: 'blobgraph_breaker_state',
    help: 'Of calls to another service: 0 closed, 1 half-open, 2 open.',
    labelNames: ['target'],
    registers: [registry],
    collect() {
      for (const [target, state] of Object.entries(of.breakers()))
        this.set({ target }, BREAKER_VALUES[state]);
    },
  });
}
