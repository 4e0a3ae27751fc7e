import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { type Config, isLoopback } from '../config.ts';
import { unauthenticated } from '../identity/service-tokens.ts';
import type { ServiceMetrics } from '../metrics.ts';
import { bearerToken } from './authenticate.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

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
      if (!timingSafeEqual(digest(given), digest(metricsToken))) throw unauthenticated();
    }
    return reply.type(Registry.PROMETHEUS_CONTENT_TYPE).send(await metrics.text());
  });
}
