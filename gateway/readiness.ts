import type { FastifyInstance } from 'fastify';
import { request } from 'undici';
import type { BreakerState } from '../platform/clients/guard.ts';
import type { Config, ServiceName } from '../platform/config.ts';
import { TIMEOUT_HEADER, timeFor } from '../platform/deadline.ts';
import {
  allOk,
  Degraded,
  isUsable,
  openBreakers,
  type Readiness,
  type ReadinessChecks,
  runChecks,
  sendReadiness,
  shareForASecond,
} from '../platform/serving/health.ts';

const ASK_TIMEOUT_MS = 2_000;

/** A subgraph's checks that are not `ok`. */
const lacking = (checks: Readiness['checks']): string =>
  Object.entries(checks)
    .filter(([, state]) => state !== 'ok')
    .map(([name, state]) => `${name} ${state}`)
    .join('; ');

/** Asks each subgraph that there is whether it is ready. */
export function subgraphChecks({ services, urls }: Pick<Config, 'services' | 'urls'>): ReadinessChecks {
  const check = (name: ServiceName) => async () => {
    const timeMs = timeFor(ASK_TIMEOUT_MS);
    const { statusCode, body } = await request(`${urls[name]}/ready`, {
      headers: { [TIMEOUT_HEADER]: String(timeMs) },
      signal: AbortSignal.timeout(timeMs),
    });
    if (statusCode !== 200) {
      await body.dump();
      throw new Error(`${name} answered ${statusCode}`);
    }
    const { status, checks } = (await body.json()) as Readiness;
    if (status === 'degraded') throw new Degraded(lacking(checks));
  };
  const subgraphs = services.filter((name) => name !== 'gateway');
  return Object.fromEntries(subgraphs.map((name) => [name, check(name)]));
}

/**
 * `/health`: the process answers. `/ready`: 503 until each subgraph has been up once; from then on 200, `degraded`
 * while one is out of reach or lacks something, `others` included: one that is down costs its own fields, not the graph.
 * The answer is up to a second old.
 */
export function readinessRoutes(
  app: FastifyInstance,
  {
    checks,
    others = {},
    embedded,
    breakers,
  }: {
    checks: ReadinessChecks;
    /** Other dependencies' checks; not waited for. */
    others?: ReadinessChecks;
    embedded: () => readonly string[];
    breakers: () => Readonly<Record<string, BreakerState>>;
  },
): void {
  const awaited = new Set(Object.keys(checks));
  const check = shareForASecond(() => runChecks({ ...checks, ...others }));
  app.get('/health', async () => ({ status: 'ok', service: 'gateway' }));
  app.get('/ready', async (_request, reply) => {
    const states = await check();
    for (const [name, state] of Object.entries(states)) if (isUsable(state)) awaited.delete(name);
    const all = { ...states, ...openBreakers(breakers()) };
    const status = awaited.size > 0 ? 'unavailable' : allOk(all) ? 'ready' : 'degraded';
    return sendReadiness(reply, { status, service: 'gateway', embedded: embedded(), checks: all });
  });
}
