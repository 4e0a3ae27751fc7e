import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { Kit } from '../../../platform/processor/kit.ts';
import { requireViewer } from '../../../platform/serving/authenticate.ts';
import type { OpenedUploads } from './open.ts';
import { uploadJson } from './resolvers.ts';

/** Names of the REST for those of the graph. */
const NAMES = {
  file_name: 'fileName',
  content_type: 'contentType',
  size_bytes: 'sizeBytes',
  sha256: 'sha256',
  title: 'title',
  book_id: 'bookId',
  conversation_id: 'conversationId',
  alt_text: 'altText',
  keep_position: 'keepPosition',
  idempotency_key: 'idempotencyKey',
} as const;

/** @throws BlobgraphError BAD_REQUEST */
function inputOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BlobgraphError('BAD_REQUEST', 'The body must be a JSON object.');
  const given = body as Record<string, unknown>;
  return Object.fromEntries(Object.entries(NAMES).map(([name, input]) => [input, given[name]]));
}

/** The REST of uploads: `POST /uploads` and `POST /uploads/:id/complete`. */
export function uploadRoutes(app: FastifyInstance, kit: Kit): void {
  const { uploads } = kit.opened as unknown as OpenedUploads;
  app.post('/uploads', async ({ caller, body }, reply) => {
    const { upload, request } = await uploads.request(requireViewer(caller).userId, inputOf(body));
    const { headers } = request;
    return reply.status(201).send({ upload: { ...uploadJson(upload, request), headers } });
  });
  app.post<{ Params: { id: string } }>('/uploads/:id/complete', async ({ caller, params }) => {
    const blobId = await uploads.complete(requireViewer(caller).userId, params.id);
    return { blob: { id: blobId } };
  });
}
