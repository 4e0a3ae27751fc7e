import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import type { ProcessorCatalog } from '../../platform/clients/registry.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { directReadRoutes } from '../../platform/serving/direct-reads/routes.ts';
import { takeTurnAs } from '../../platform/serving/load/load.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { ownerFor } from './owner.ts';

interface Reads {
  readonly http: Pick<ServiceHttp, 'stream' | 'sendForText' | 'call'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  /** Authenticates a request. @throws BlobgraphError UNAUTHENTICATED, RATE_LIMITED */
  viewerOf(request: FastifyRequest): Promise<Viewer>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Direct reads from the service that stores a blob: a processor, or `state` for blobs that users wrote. Also `GET
 * /api/v1/route?schema_id=&event=`, answered by the processor registry.
 */
export function directReads(app: FastifyInstance, { http, processors, viewerOf, logger }: Reads): void {
  directReadRoutes(app, {
    http,
    logger,
    async reader(request) {
      const viewer = await viewerOf(request);
      await takeTurnAs(request, viewer.userId);
      return { service: 'gateway', viewer };
    },
    ownerFor: (id) => ownerFor(processors, id),
  });
  app.get('/api/v1/route', async (request) => {
    const viewer = await viewerOf(request);
    await takeTurnAs(request, viewer.userId);
    const asked = new URLSearchParams(request.url.split('?')[1] ?? '');
    return http.call('processors', { method: 'GET', path: `/api/v1/route?${asked}`, viewer });
  });
}
