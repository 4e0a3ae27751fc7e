import type { FastifyInstance } from 'fastify';
import type { ServiceHttp } from '../../platform/clients/http.ts';
import type { Egress } from '../../platform/egress/guarded-agent.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import { routed } from '../../platform/service-path.ts';
import { requireOperator, requireViewer } from '../../platform/serving/authenticate.ts';
import type { HealthMonitor } from './health.ts';
import { parseReason, retiredError } from './lifecycle.ts';
import { isRetired, toDocument } from './processor.ts';
import { assertMayRegister, parseRegistration } from './registration.ts';
import type { ProcessorRegistry } from './registry.ts';

const BLOB_ID = /^[\w-]{1,128}$/;

/** The caller asked for a processor by its id: where that one listens is nobody's business. */
function named(error: unknown, id: string): unknown {
  if (!(error instanceof BlobgraphError) || error.code !== 'SERVICE_UNAVAILABLE') return error;
  const message = `The processor \`${id}\` did not answer. Try again later.`;
  return new BlobgraphError('SERVICE_UNAVAILABLE', message, { cause: error });
}

/** The registry's REST: registering, reading, and routing of a direct read to the processor that keeps the blob. */
export function processorRoutes(
  app: FastifyInstance,
  deps: { registry: ProcessorRegistry; health: HealthMonitor; http: ServiceHttp; egress: Egress },
): void {
  const { registry, health, http, egress } = deps;
  type ById = { Params: { id: string } };
  type ByBlob = { Params: { id: string; blobId: string } };

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
  app.get<ByBlob>('/api/v1/processors/:id/blobs/:blobId', async ({ params, caller }) => {
    const viewer = requireViewer(caller);
    if (!BLOB_ID.test(params.blobId))
      throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of that id.');
    const processor = await registry.get(params.id);
    const { id, base_url } = processor;
    if (isRetired(processor)) throw retiredError(id, 'What it made cannot be read any more.');
    const call = { method: 'GET', path: routed`/blobs/${params.blobId}`, viewer } as const;
    return http.call({ id, baseUrl: base_url }, call).catch((error: unknown) => {
      throw named(error, id);
    });
  });
}
