import type { FastifyInstance } from 'fastify';
import type { ServiceHttp } from '../platform/clients/http.ts';
import type { ProcessorCatalog } from '../platform/clients/registry.ts';
import { BlobgraphError } from '../platform/errors.ts';
import type { UserTokens } from '../platform/identity/user-tokens.ts';
import { routed } from '../platform/service-path.ts';
import { bearerToken } from '../platform/serving/authenticate.ts';
import { takeTurnAs } from '../platform/serving/load.ts';

interface ArtifactRequest {
  Params: { processor: string; id: string; name: string };
}

/** For an artifact that is made now. */
const TIMEOUT_MS = 120_000;

/** For a client that reads slowly, or no more: until then it holds a connection to the processor. */
const LONGEST_MS = 600_000;

/** Of an answer, what the client gets. */
const PASSED_ON = ['content-type', 'content-length', 'content-disposition', 'etag', 'cache-control'] as const;

/**
 * Exports and renditions of blobs, from the processor that keeps the blob, to the user whose token the request carries:
 * `GET /api/v1/processors/:processor/blobs/:id/artifacts/:name`. Streamed; `If-None-Match` is heeded.
 */
export async function artifactRoutes(
  app: FastifyInstance,
  deps: {
    http: Pick<ServiceHttp, 'stream'>;
    processors: Pick<ProcessorCatalog, 'get'>;
    userTokens: UserTokens;
  },
): Promise<void> {
  const { http, processors, userTokens } = deps;
  app.get<ArtifactRequest>(
    '/api/v1/processors/:processor/blobs/:id/artifacts/:name',
    async (request, reply) => {
      const { headers, params } = request;
      const viewer = await userTokens.verify(bearerToken(headers.authorization));
      await takeTurnAs(request, viewer.userId);
      if (![params.id, params.name].every((part) => /^[\w-]{1,128}$/.test(part))) {
        throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');
      }
      const processor = await processors.get(params.processor);
      if (!processor) {
        const message = `There is no processor \`${params.processor.slice(0, 64)}\`.`;
        throw new BlobgraphError('PROCESSOR_UNKNOWN', message);
      }
      const ended = new AbortController();
      const tooSlow = setTimeout(() => ended.abort(), LONGEST_MS);
      reply.raw.once('close', () => {
        clearTimeout(tooSlow);
        ended.abort();
      });
      const known = headers['if-none-match'];
      const place = routed`/blobs/${params.id}/artifacts/${params.name}`;
      const answer = await http.stream(
        { id: processor.id, baseUrl: processor.base_url },
        {
          method: 'GET',
          path: place,
          viewer,
          timeoutMs: TIMEOUT_MS,
          signal: ended.signal,
          ...(known === undefined ? {} : { headers: { 'if-none-match': known } }),
        },
      );
      for (const name of PASSED_ON) {
        const value = answer.headers[name];
        if (value !== undefined) reply.header(name, value);
      }
      return reply.status(answer.status).send(answer.body);
    },
  );
}
