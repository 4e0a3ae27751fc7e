import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BlobgraphError } from '../../errors/errors.ts';
import { CACHED, describeFile, isKnown, wantedOf } from '../../files/answering.ts';
import { transferAs } from '../../serving/load/load.ts';
import { artifactPlace } from '../files/files.ts';
import type { Kit } from '../kit/kit.ts';
import { isPending } from '../records/record.ts';
import { blobFile, wantedForFiles } from './blob-file.ts';

interface ArtifactParams {
  readonly id: string;
  readonly name: string;
}

/** The blob of a signed address. @throws BlobgraphError ADDRESS_INVALID, BLOB_NOT_FOUND: it was deleted since */
async function signedFor(
  { definition, files, records }: Kit,
  { method, query }: FastifyRequest,
  params: ArtifactParams,
) {
  const { id, name } = params;
  const { terms } = files.addresses.verify({ method, place: artifactPlace(id, name), query });
  const record = await records.find(id, wantedForFiles(definition));
  if (record && !isPending(record)) return { record, saved: terms['saved'] !== undefined };
  throw new BlobgraphError('BLOB_NOT_FOUND', 'The blob of this file is not there any more.');
}

/** For a client that follows at once; a download that has begun goes on after it. */
const DIRECT_SECONDS = 300;

/**
 * Answers a file to whoever has its address: all of it, a range, or 304 to those who have it; or sends them on to S3,
 * where browsers find it.
 */
async function sendFile(kit: Kit, request: FastifyRequest, reply: FastifyReply, params: ArtifactParams) {
  const { record, saved } = await signedFor(kit, request, params);
  const { etag, head, key, open } = blobFile(kit, record, params.name);
  if (isKnown(request.headers['if-none-match'], etag))
    return reply.status(304).headers({ etag, 'cache-control': CACHED }).send();
  await transferAs(request, record.userId);
  const file = { ...(await head()), etag };
  const { direct } = kit.files;
  if (direct) {
    const expiresAt = new Date(kit.clock.now().getTime() + DIRECT_SECONDS * 1_000);
    const terms = { contentType: file.mediaType, fileName: file.fileName, saved, expiresAt };
    return reply.redirect((await direct.get(key, terms)).url, 307);
  }
  const wanted = wantedOf(request.headers, file);
  describeFile(reply, { ...file, saved }, wanted);
  if (request.method === 'HEAD' || wanted.status === 416) return reply.send();
  return reply.send(await open(wanted.status === 206 ? wanted.range : undefined));
}

/**
 * `GET` and `HEAD /files/artifacts/:id/:name`: what is at a signed address, for the gateway, which knows nobody there.
 */
export function fileRoutes(app: FastifyInstance, kit: Kit): void {
  app.route<{ Params: ArtifactParams }>({
    method: ['GET', 'HEAD'],
    url: '/files/artifacts/:id/:name',
    handler: (request, reply) => sendFile(kit, request, reply, request.params),
  });
}
