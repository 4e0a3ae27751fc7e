import type { FastifyInstance } from 'fastify';
import type { ServiceHttp } from '../../platform/clients/http.ts';
import type { Egress } from '../../platform/egress/guarded-agent.ts';
import type { Logger } from '../../platform/logger.ts';
import { requireOperator, requireViewer } from '../../platform/serving/authenticate.ts';
import { directReadRoutes } from '../../platform/serving/direct-reads/routes.ts';
import type { HealthMonitor } from './health.ts';
import { parseReason } from './lifecycle.ts';
import { toDocument } from './processor.ts';
import { assertMayRegister, parseRegistration } from './registration.ts';
import type { ProcessorRegistry } from './registry.ts';
import { createOwnerFor } from './routing/owner-for.ts';
import { parseRoute, takerJson, takersOf } from './routing/takers.ts';

/**
 * The registry's REST: registering and reading, who takes what (`GET /api/v1/route?schema_id=&event=`), and direct reads of
 * what processors keep, see {@link directReadRoutes}.
 */
export function processorRoutes(
  app: FastifyInstance,
  deps: {
    registry: ProcessorRegistry;
    health: HealthMonitor;
    http: ServiceHttp;
    egress: Egress;
    logger: Logger;
  },
): void {
  const { registry, health, http, egress, logger } = deps;
  type ById = { Params: { id: string } };

  app.post('/api/v1/processors', async ({ body, caller }) => {
    const registration = parseRegistration(body, egress);
    assertMayRegister(caller, registration.id);
    const processor = await registry.register(registration, caller);
    void health.check(processor);
    return { processor: toDocument(processor) };
  });
  app.get('/api/v1/processors', async () => ({ processors: (await registry.list()).map(toDocument) }));
  app.get<ById>('/api/v1/processors/:id', async ({ params }) => ({
    processor: toDocument(await registry.get(params.id)),
  }));
  for (const action of ['pause', 'resume', 'retire'] as const) {
    app.post<ById>(`/api/v1/processors/:id/${action}`, async ({ params, body, caller }) => {
      requireOperator(caller);
      const { reason } = (body ?? {}) as { reason?: unknown };
      return { processor: toDocument(await registry.change(params.id, action, parseReason(reason))) };
    });
  }
  app.get<ById>('/api/v1/processors/:id/health', async ({ params }) => {
    const { id } = await registry.get(params.id);
    const { state, checkedAt } = health.of(id);
    return { id, health: state, checked_at: checkedAt?.toISOString() ?? null };
  });
  app.get('/api/v1/route', async ({ query, caller }) => {
    const asked = parseRoute(query);
    const takers = takersOf(await registry.list(), asked);
    return { ...asked, takers: takers.map((taker) => takerJson(taker, health.of(taker.id), caller)) };
  });
  directReadRoutes(app, {
    http,
    logger,
    // Whose turn it is was seen to when the caller was let in.
    reader: async ({ caller }) => ({ ...caller, viewer: requireViewer(caller) }),
    ownerFor: createOwnerFor({ registry, health }),
  });
}
