import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeFile, isKnown, wantedOf } from '../../files/answering.ts';
import { path } from '../../ids/service-path.ts';
import { requireViewer } from '../../serving/access/authenticate.ts';
import { noBlob } from '../../serving/direct-reads/owners.ts';
import type { Kit } from '../kit/kit.ts';
import { isPending } from '../records/record.ts';
import { blobFile, wantedForFiles } from './blob-file.ts';
import type { AssertReader } from './readers.ts';

/** Where the front door serves an artifact of a blob. */
export const artifactPath = (processorId: string, blobId: string, name: string): string =>
  path`/api/v1/processors/${processorId}/blobs/${blobId}/artifacts/${name}`;

/** The caller may keep it, and asks each time whether it is still theirs to see. */
const KEPT = 'private, no-cache';

/**
 * Answers a file of the caller's blob: all of it, a range, or 304 to those who have it.
 * @throws BlobgraphError BLOB_NOT_FOUND, NOT_FOUND
 */
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
    throw noBlob();
  }
  const { etag, head, open } = blobFile(kit, known, name);
  const kept = { etag, 'cache-control': KEPT };
  if (isKnown(request.headers['if-none-match'], etag)) return reply.status(304).headers(kept).send();
  const file = { ...(await head()), etag, saved: true };
  const wanted = wantedOf(request.headers, file);
  describeFile(reply, file, wanted).headers(kept);
  if (request.method === 'HEAD' || wanted.status === 416) return reply.send();
  return reply.send(await open(wanted.status === 206 ? wanted.range : undefined));
}

/**
 * `GET /blobs/:id/artifacts/:name`: an export, made when it is first asked for, or a file that was stored with the blob.
 * `assertReader`: holds other processors to what they may read.
 */
export function artifactRoutes(app: FastifyInstance, kit: Kit, assertReader: AssertReader): void {
  app.get<{ Params: { id: string; name: string } }>('/blobs/:id/artifacts/:name', async (request, reply) => {
    await assertReader(request.caller);
    return sendArtifact(kit, request, reply, request.params);
  });
}
