import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import type { ProcessorCatalog } from '../../platform/clients/registry.ts';
import { BlobgraphError, isErrorCode } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { createForward } from '../../platform/serving/direct-reads/forward.ts';
import { isId } from '../../platform/serving/direct-reads/input.ts';
import { noBlob } from '../../platform/serving/direct-reads/owners.ts';
import { transferAs } from '../../platform/serving/load/load.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { Operations } from '../operations/operations.ts';
import { ownerFor } from './owner.ts';

interface TextDependencies {
  readonly http: Pick<ServiceHttp, 'stream'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  /** Authenticates a request. @throws BlobgraphError UNAUTHENTICATED, RATE_LIMITED */
  viewerOf(request: FastifyRequest): Promise<Viewer>;
  readonly operations: Operations<GatewayContext>;
  readonly logger: Pick<Logger, 'warn'>;
}

const ENTRY = /* GraphQL */ `
  query BlobTextEntry($id: ID!) {
    blob(id: $id) { processorId processing { runs { processorId artifact state } } }
  }
`;

interface Entry {
  readonly processorId: string;
  readonly processing: {
    readonly runs: readonly {
      readonly processorId: string;
      readonly artifact: string | null;
      readonly state: string;
    }[];
  };
}

/**
 * Reads where a blob is stored from the graph.
 * @throws BlobgraphError BLOB_NOT_FOUND, or the code of the graph's error
 */
async function entryOf(operations: Operations<GatewayContext>, viewer: Viewer, id: string): Promise<Entry> {
  if (!isId(id)) throw noBlob();
  const operation = operations.find(ENTRY);
  const variables = operation.check({ id });
  const { data, errors } = await operation.run({ variables, context: { viewer } });
  const entry = (data as { blob: Entry | null } | null)?.blob;
  if (entry) return entry;
  const [error] = errors ?? [];
  if (!error) throw noBlob();
  const { code } = error.extensions ?? {};
  throw new BlobgraphError(isErrorCode(code) ? code : 'SERVICE_UNAVAILABLE', error.message);
}

/** Why an existing blob has no text: it is still being made, or has none at all. */
function absent({ processorId, processing }: Entry): BlobgraphError {
  const own = processing.runs.find((run) => run.processorId === processorId && run.artifact === null);
  if (own?.state === 'PENDING' || own?.state === 'PROCESSING') {
    const message = 'The blob is still being made. Read its text when its processing is COMPLETED.';
    return new BlobgraphError('RUN_UNDER_WAY', message);
  }
  return noBlob();
}

/**
 * `GET`, `HEAD /api/v1/blobs/:id/text`: the text of any of the caller's blobs as `text/plain`, streamed from the
 * service that stores it: of a draft, an expanded text, a compiled book, or a pitch (Markdown). Supports ranges (RFC
 * 9110, section 14) and conditional requests.
 */
export function textRoutes(app: FastifyInstance, deps: TextDependencies): void {
  const { http, processors, viewerOf, operations, logger } = deps;
  const forward = createForward({ http, logger });

  async function read(request: FastifyRequest, reply: FastifyReply, id: string): Promise<unknown> {
    const viewer = await viewerOf(request);
    // The turn ends before the transfer, which only moves bytes at the client's pace.
    await transferAs(request, viewer.userId);
    const entry = await entryOf(operations, viewer, id);
    const owner = await ownerFor(processors, entry.processorId);
    const path = owner.text(id);
    return forward(request, reply, { owner, viewer, method: 'GET', path, kind: 'text', expected: {} }).catch(
      (error: unknown) => {
        throw error instanceof BlobgraphError && error.code === 'BLOB_NOT_FOUND' ? absent(entry) : error;
      },
    );
  }

  app.get<{ Params: { id: string } }>('/api/v1/blobs/:id/text', (request, reply) =>
    read(request, reply, request.params.id),
  );
}
