import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BlobgraphError } from '../../errors.ts';
import { path } from '../../service-path.ts';
import { requireViewer } from '../../serving/authenticate.ts';
import type { Kit } from '../kit.ts';
import { isPending } from '../record.ts';
import { blobFile, wantedForFiles } from './blob-file.ts';

/** Where the front door serves an artifact of a blob. */
export const artifactPath = (processorId: string, blobId: string, name: string): string =>
  path`/api/v1/processors/${processorId}/blobs/${blobId}/artifacts/${name}`;

/** Whether `If-None-Match` names the tag: in a list, or weakened by something in between (RFC 9110, section 13.1.2). */
const isKnown = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);

/** Answers a file of the caller's blob; 304 to those who have it. @throws BlobgraphError BLOB_NOT_FOUND, NOT_FOUND */
export async function sendArtifact(
  kit: Kit,
  request: FastifyRequest,
  reply: FastifyReply,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<unknown> {
  const { userId } = requireViewer(request.caller);
  const { definition, records } = kit;
  const [known] = await records.byIds(userId, [id], wantedForFiles(definition));
  if (!known || isPending(known)) {
    throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');
  }
  const whole = async () => (await records.byIds(userId, [id], 'all'))[0];
  const { etag, head, open } = blobFile(kit, known, name, whole);
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (isKnown(request.headers['if-none-match'], etag)) return reply.status(304).send();
  const { sizeBytes, mediaType, fileName } = await head();
  return reply
    .header('content-type', mediaType)
    .header('content-length', sizeBytes)
    .header(
      'content-disposition',
      contentDisposition(fileName, { fallback: fileName.replace(/[^ -~]+/g, '_') }),
    )
    .send(await open());
}

/** `GET /blobs/:id/artifacts/:name`: an export, made when it is first asked for, or a file that was stored with the blob. */
export function artifactRoutes(app: FastifyInstance, kit: Kit): void {
  app.get<{ Params: { id: string; name: string } }>('/blobs/:id/artifacts/:name', (request, reply) =>
    sendArtifact(kit, request, reply, request.params),
  );
}
