import type { FastifyInstance } from 'fastify';
import { type Dispatcher, request } from 'undici';
import type { BreakerState } from '../platform/clients/http/guard.ts';
import type { ProcessorCatalog } from '../platform/clients/registry.ts';
import type { Config, ServiceName } from '../platform/config/config.ts';
import { type Egress, guardedAgent } from '../platform/egress/guarded-agent.ts';
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
import type { OutsideSubgraph } from '../platform/supergraph/outside.ts';
import { TIMEOUT_HEADER, timeFor } from '../platform/time/deadline.ts';

const ASK_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** The checks of a subgraph that are not `ok`. */
const lacking = (checks: Readiness['checks']): string =>
  Object.entries(checks)
    .filter(([, state]) => state !== 'ok')
    .map(([name, state]) => `${name} ${state}`)
    .join('; ');

/** Asks a subgraph by its `/ready`. @throws Degraded; Error when it is not ready */
async function assertReady(name: string, baseUrl: string, dispatcher?: Dispatcher): Promise<void> {
  const timeMs = timeFor(ASK_TIMEOUT_MS);
  const { statusCode, body } = await request(`${baseUrl}/ready`, {
    headers: { [TIMEOUT_HEADER]: String(timeMs) },
    signal: AbortSignal.timeout(timeMs),
    ...(dispatcher && { dispatcher }),
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`${name} answered ${statusCode}`);
  }
  const { status, checks = {} } = (await body.json()) as Readiness;
  if (status === 'degraded') throw new Degraded(lacking(checks));
}

/** A check for each configured subgraph, by its `/ready`. */
export function subgraphChecks({ services, urls }: Pick<Config, 'services' | 'urls'>): ReadinessChecks {
  const check = (name: ServiceName) => () => assertReady(name, urls[name]);
  const subgraphs = services.filter((name) => name !== 'gateway');
  return Object.fromEntries(subgraphs.map((name) => [name, check(name)]));
}

/** A check for each subgraph from outside, by its `/ready`. One that was retired has nothing to be ready for. */
export function openOutsideChecks(deps: {
  outside(): readonly OutsideSubgraph[];
  processors: Pick<ProcessorCatalog, 'known'>;
  egress: Egress;
}): { readonly checks: () => ReadinessChecks; close(): Promise<void> } {
  const agent = guardedAgent(deps.egress, { connectTimeout: CONNECT_TIMEOUT_MS });
  const isRetired = async (id: string): Promise<boolean> =>
    (await deps.processors.known()).some((one) => one.id === id && one.status === 'retired');
  const check =
    ({ name, baseUrl }: OutsideSubgraph) =>
    async () => {
      if (await isRetired(name).catch(() => false)) return;
      await assertReady(name, baseUrl, agent);
    };
  return {
    checks: () => Object.fromEntries(deps.outside().map((subgraph) => [subgraph.name, check(subgraph)])),
    close: () => agent.destroy(),
  };
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
    spared = [],
    others = () => ({}),
    isSettled = () => true,
    embedded,
    breakers,
  }: {
    checks: ReadinessChecks;
    /** Those of `checks` that do not hold up the first 200. Default: none. */
    spared?: readonly string[];
    /** Checks of what else there is by now, which does not hold up the first 200 either. */
    others?: () => ReadinessChecks;
    /** Whether the supergraph is there that is to be served. */
    isSettled?: () => boolean;
    embedded: () => readonly string[];
    breakers: () => Readonly<Record<string, BreakerState>>;
  },
): () => Promise<Readiness> {
  const awaited = new Set(Object.keys(checks).filter((name) => !spared.includes(name)));
  const check = shareForASecond(() => runChecks({ ...others(), ...checks }));
  app.get('/health', async () => ({ status: 'ok', service: 'gateway' }));
  const readiness = async (): Promise<Readiness> => {
    const states = await check();
    for (const [name, state] of Object.entries(states)) if (isUsable(state)) awaited.delete(name);
    const settled = isSettled();
    const all = {
      ...states,
      ...openBreakers(breakers()),
      ...(settled ? {} : { supergraph: 'unreachable' }),
    };
    const isUnavailable = awaited.size > 0 || !settled;
    const status = isUnavailable ? 'unavailable' : allOk(all) ? 'ready' : 'degraded';
    return { status, service: 'gateway', embedded: embedded(), checks: all };
  };
  app.get('/ready', async (_request, reply) => sendReadiness(reply, await readiness()));
  return readiness;
}
