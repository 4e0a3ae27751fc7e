import type { FastifyInstance } from 'fastify';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import type { Egress } from '../../platform/egress/guarded-agent.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import { requireOperator, requireViewer } from '../../platform/serving/access/authenticate.ts';
import { directReadRoutes } from '../../platform/serving/direct-reads/routes.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Canaries } from './canary/canaries.ts';
import { parsePortion, parseVersion } from './canary/input.ts';
import type { HealthMonitor } from './health/health.ts';
import { healthJson, healthOf } from './health/json.ts';
import { promote, register, registerCandidate } from './registration.ts';
import { parseReason } from './registry/lifecycle.ts';
import { toDocument } from './registry/processor.ts';
import type { ProcessorRegistry } from './registry/registry.ts';
import { createOwnerFor } from './routing/owner-for.ts';
import { parseRoute, takerJson, takersOf } from './routing/takers.ts';
import { changeJson } from './supergraph/json.ts';
import type { Supergraphs } from './supergraph/supergraphs.ts';

interface RoutesDependencies {
  readonly registry: ProcessorRegistry;
  readonly supergraphs: Supergraphs;
  readonly health: HealthMonitor;
  readonly http: ServiceHttp;
  readonly egress: Egress;
  readonly canaries: Canaries;
  readonly logger: Logger;
}

type ById = { Params: { id: string } };

interface Given {
  readonly declared: unknown;
  /** The candidate's portion; undefined: it is of the present version. */
  readonly canary?: { readonly share?: unknown; readonly users?: unknown };
}

function givenIn(body: unknown): Given {
  if (typeof body !== 'object' || body === null || !('canary' in body)) return { declared: body };
  const { canary, ...declared } = body;
  return { declared, canary: Object(canary) };
}

function declarationRoutes(app: FastifyInstance, deps: Omit<RoutesDependencies, 'http' | 'logger'>): void {
  const { registry } = deps;
  app.post('/api/v1/processors', async ({ body, caller }) => {
    const { canary, declared } = givenIn(body);
    if (canary !== undefined) {
      const candidate = await registerCandidate({ ...deps, caller }, declared, canary);
      return { processor: toDocument(candidate) };
    }
    const { processor, supergraph, changes } = await register({ ...deps, caller }, body);
    return {
      processor: processor && toDocument(processor),
      supergraph: supergraph && { version: supergraph.version, hash: supergraph.hash },
      changes: changes.map(changeJson),
    };
  });
  for (const action of ['pause', 'resume', 'retire'] as const) {
    app.post<ById>(`/api/v1/processors/:id/${action}`, async ({ params, body, caller }) => {
      requireOperator(caller);
      const { reason } = (body ?? {}) as { reason?: unknown };
      return { processor: toDocument(await registry.change(params.id, action, parseReason(reason))) };
    });
  }
  canaryRoutes(app, deps);
}

/** Of the candidate that `version` names. */
function canaryRoutes(
  app: FastifyInstance,
  { canaries, supergraphs }: Pick<RoutesDependencies, 'canaries' | 'supergraphs'>,
): void {
  app.patch<ById>('/api/v1/processors/:id/canary', async ({ params, body, caller }) => {
    requireOperator(caller);
    const given = (body ?? {}) as { version?: unknown; share?: unknown; users?: unknown };
    const portion = parsePortion(given);
    return { processor: toDocument(await canaries.change(params.id, parseVersion(given.version), portion)) };
  });
  const ends = {
    promote: (id: string, version: string, caller: Caller) =>
      promote({ canaries, supergraphs, caller }, id, version),
    withdraw: (id: string, version: string) => canaries.withdraw(id, version),
  };
  for (const [action, end] of Object.entries(ends)) {
    app.post<ById>(`/api/v1/processors/:id/canary/${action}`, async ({ params, body, caller }) => {
      requireOperator(caller);
      const { version } = (body ?? {}) as { version?: unknown };
      return { processor: toDocument(await end(params.id, parseVersion(version), caller)) };
    });
  }
}

function readRoutes(
  app: FastifyInstance,
  { registry, health }: Pick<RoutesDependencies, 'registry' | 'health'>,
): void {
  app.get('/api/v1/processors', async () => ({ processors: (await registry.list()).map(toDocument) }));
  app.get<ById>('/api/v1/processors/:id', async ({ params }) => ({
    processor: toDocument(await registry.get(params.id)),
  }));
  app.get<ById>('/api/v1/processors/:id/health', async ({ params, caller }) => {
    const processor = await registry.get(params.id);
    return { id: processor.id, ...healthJson(healthOf(health, processor), caller) };
  });
  app.get('/api/v1/route', async ({ query, caller }) => {
    const asked = parseRoute(query);
    const takers = takersOf(await registry.list(), asked);
    return { ...asked, takers: takers.map((taker) => takerJson(taker, healthOf(health, taker), caller)) };
  });
}

/**
 * The registry's REST API: declarations, routes (`GET /api/v1/route?schema_id=&event=` lists the takers), and direct
 * reads of processors' blobs: see {@link directReadRoutes}.
 */
export function processorRoutes(app: FastifyInstance, deps: RoutesDependencies): void {
  declarationRoutes(app, deps);
  readRoutes(app, deps);
  const { registry, health, http, logger } = deps;
  directReadRoutes(app, {
    http,
    logger,
    // Fair sharing was applied at authentication.
    reader: async ({ caller }) => ({ ...caller, viewer: requireViewer(caller) }),
    ownerFor: createOwnerFor({ registry, health }),
  });
}
