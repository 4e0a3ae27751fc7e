import type { FastifyInstance } from 'fastify';
import type { ServiceHttp } from '../platform/clients/http.ts';
import type { ProcessorCatalog } from '../platform/clients/registry.ts';
import type { UserTokens } from '../platform/identity/user-tokens.ts';
import type { Logger } from '../platform/logger.ts';
import { bearerToken } from '../platform/serving/authenticate.ts';
import {
  noProcessor,
  type Owner,
  ownerOf,
  STATE,
  stateOwner,
} from '../platform/serving/direct-reads/owners.ts';
import { directReadRoutes } from '../platform/serving/direct-reads/routes.ts';
import { takeTurnAs } from '../platform/serving/load/load.ts';

interface Reads {
  readonly http: Pick<ServiceHttp, 'stream' | 'sendForText' | 'call'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  readonly userTokens: UserTokens;
  readonly logger: Pick<Logger, 'warn'>;
}

/** @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED */
async function ownerFor(processors: Reads['processors'], id: string): Promise<Owner> {
  if (id === STATE) return stateOwner;
  const processor = await processors.get(id);
  if (!processor) throw noProcessor(id);
  return ownerOf(processor);
}

/**
 * Direct reads for the user whose token the request carries, of what processors keep and of their own blobs, as those of
 * the processor `state`; and `GET /api/v1/route?schema_id=&event=`, which the processor registry answers.
 */
export function directReads(app: FastifyInstance, { http, processors, userTokens, logger }: Reads): void {
  directReadRoutes(app, {
    http,
    logger,
    async reader(request) {
      const viewer = await userTokens.verify(bearerToken(request.headers.authorization));
      await takeTurnAs(request, viewer.userId);
      return { service: 'gateway', viewer };
    },
    ownerFor: (id) => ownerFor(processors, id),
  });
  app.get('/api/v1/route', async (request) => {
    const viewer = await userTokens.verify(bearerToken(request.headers.authorization));
    await takeTurnAs(request, viewer.userId);
    const asked = new URLSearchParams(request.url.split('?')[1] ?? '');
    return http.call('processors', { method: 'GET', path: `/api/v1/route?${asked}`, viewer });
  });
}
