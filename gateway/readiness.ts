import type { FastifyInstance } from 'fastify';
import { request } from 'undici';
import type { BreakerState } from '../platform/clients/http/guard.ts';
import type { Config, ServiceName } from '../platform/config/config.ts';
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
import { TIMEOUT_HEADER, timeFor } from '../platform/time/deadline.ts';

const ASK_TIMEOUT_MS = 2_000;

/** The checks of a subgraph that are not `ok`. */
const lacking = (checks: Readiness['checks']): string =>
  Object.entries(checks)
    .filter(([, state]) => state !== 'ok')
    .map(([name, state]) => `${name} ${state}`)
    .join('; ');

/** A check for each configured subgraph, by its `/ready`. */
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
 * Serves `/health`: 200 while the process runs; and `/ready`: 503 until each subgraph has been up once, and 200 from
 * then on, `degraded` while a check fails, because a subgraph that is down only costs its own fields. The answer is up
 * to a second old.
 * @returns a function that gives the answer of `/ready`
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
    /** Checks of other dependencies, which do not hold up the first 200. */
    others?: ReadinessChecks;
    embedded: () => readonly string[];
    breakers: () => Readonly<Record<string, BreakerState>>;
  },
): () => Promise<Readiness> {
  const awaited = new Set(Object.keys(checks));
  const check = shareForASecond(() => runChecks({ ...checks, ...others }));
  app.get('/health', async () => ({ status: 'ok', service: 'gateway' }));
  const readiness = async (): Promise<Readiness> => {
    const states = await check();
    for (const [name, state] of Object.entries(states)) if (isUsable(state)) awaited.delete(name);
    const all = { ...states, ...openBreakers(breakers()) };
    const status = awaited.size > 0 ? 'unavailable' : allOk(all) ? 'ready' : 'degraded';
    return { status, service: 'gateway', embedded: embedded(), checks: all };
  };
  app.get('/ready', async (_request, reply) => sendReadiness(reply, await readiness()));
  return readiness;
}
