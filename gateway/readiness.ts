import type { FastifyInstance } from 'fastify';
import { request } from 'undici';
import type { Config, ServiceName } from '../platform/config.ts';
import { allOk, type Readiness, type ReadinessChecks, runChecks } from '../platform/serving/health.ts';

const subgraphNames = (urls: Config['urls']): ServiceName[] =>
  (Object.keys(urls) as ServiceName[]).filter((name) => name !== 'gateway');

/** Asks each subgraph whether it is ready. */
export function subgraphChecks(urls: Config['urls']): ReadinessChecks {
  const check = (name: ServiceName) => async () => {
    const { statusCode, body } = await request(`${urls[name]}/ready`, { signal: AbortSignal.timeout(2_000) });
    await body.dump();
    if (statusCode !== 200) throw new Error(`${name} answered ${statusCode}`);
  };
  return Object.fromEntries(subgraphNames(urls).map((name) => [name, check(name)]));
}

/**
 * `/health`: the process answers. `/ready`: 503 until each subgraph has been up once; from then on 200, `degraded`
 * while one is out of reach: one that is down costs its own fields, not the graph.
 */
export function readinessRoutes(
  app: FastifyInstance,
  { checks, embedded }: { checks: ReadinessChecks; embedded: () => readonly string[] },
): void {
  const awaited = new Set(Object.keys(checks));
  app.get('/health', async () => ({ status: 'ok', service: 'gateway' }));
  app.get('/ready', async (_request, reply) => {
    const states = await runChecks(checks);
    for (const [name, state] of Object.entries(states)) if (state === 'ok') awaited.delete(name);
    const status = awaited.size > 0 ? 'unavailable' : allOk(states) ? 'ready' : 'degraded';
    const body: Readiness = { status, service: 'gateway', embedded: embedded(), checks: states };
    return reply.status(status === 'unavailable' ? 503 : 200).send(body);
  });
}
