import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FairQueue } from '../../concurrency/fair-queue.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { FileAddresses } from '../../files/address.ts';
import { CACHED, describeFile, type FileHead, isKnown, wantedOf } from '../../files/answering.ts';
import { transferAs } from '../../serving/load/load.ts';
import type { ObjectStore } from '../objects.ts';
import { objectPlace } from './signed.door.ts';

export interface ObjectDoor {
  readonly objects: ObjectStore;
  /** Those that {@link signedByDoor} signs by. */
  readonly addresses: FileAddresses;
}

interface Asked {
  Params: { readonly key: string };
}

/** A store takes memory for each that is put, the size of a part: uploads of all users, and of one. */
const UPLOADS = 32;
const UPLOADS_PER_USER = 4;
const MAX_WAITING = 256;
const PATIENCE_MS = 10_000;

/** The owner's part of a key: `<what>/<user>`. */
const ownerOf = (key: string): string => key.split('/').slice(0, 2).join('/');

const mismatch = (what: string) =>
  new BlobgraphError('UPLOAD_MISMATCH', `${what}. Send the file that was announced, or announce this one.`);

/** The bytes of a request. Errors, so that nothing is stored, when they differ from what was announced. */
async function* announced(
  request: IncomingMessage,
  bytes: number,
  sha256: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let seen = 0;
  // The connection stays open when it is refused half-way: the client is to read why.
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    seen += piece.length;
    if (seen > bytes) throw mismatch(`More than the ${bytes} bytes came that were announced`);
    hash.update(piece);
    yield piece;
  }
  if (seen < bytes) throw mismatch(`${seen} of ${bytes} bytes came`);
  if (hash.digest('hex') !== sha256) throw mismatch('The bytes have another SHA-256 than was announced');
}

async function readObject(
  { objects, addresses }: ObjectDoor,
  request: FastifyRequest<Asked>,
  reply: FastifyReply,
) {
  const { method, query, headers, params } = request;
  const { key } = params;
  const { terms } = addresses.verify({ method, place: objectPlace(key), query });
  await transferAs(request, ownerOf(key));
  const head = await objects.head(key);
  if (!head) throw new BlobgraphError('NOT_FOUND', 'This file is not there any more.');
  const { sizeBytes, etag } = head;
  if (isKnown(headers['if-none-match'], etag))
    return reply.status(304).headers({ etag, 'cache-control': CACHED }).send();
  const file: FileHead = {
    sizeBytes,
    etag,
    mediaType: terms['type'] ?? 'application/octet-stream',
    fileName: terms['name'] ?? 'file',
    saved: terms['saved'] !== undefined,
  };
  const wanted = wantedOf(headers, file);
  describeFile(reply, file, wanted);
  if (method === 'HEAD' || wanted.status === 416) return reply.send();
  const found = await objects.get(key, wanted.status === 206 ? wanted.range : undefined);
  if (!found) throw new BlobgraphError('NOT_FOUND', 'This file is not there any more.');
  return reply.send(found.body);
}

function writer({ objects, addresses }: ObjectDoor) {
  const uploads = new FairQueue({
    name: 'uploads',
    capacity: UPLOADS,
    capacityPerKey: UPLOADS_PER_USER,
    maxWaiting: MAX_WAITING,
    patienceMs: PATIENCE_MS,
  });
  return async (request: FastifyRequest<Asked>, reply: FastifyReply) => {
    const { method, query, headers, params } = request;
    const { key } = params;
    const { terms } = addresses.verify({ method, place: objectPlace(key), query });
    const { type = '', bytes = '', sha256 = '' } = terms;
    if (headers['content-type'] !== type)
      throw mismatch(`\`Content-Type\` is not \`${type}\`, as was announced`);
    if (headers['content-length'] !== bytes)
      throw mismatch(`\`Content-Length\` is not ${bytes}, as was announced`);
    await transferAs(request, ownerOf(key));
    const leave = await uploads.enter(ownerOf(key));
    try {
      await objects.put(key, announced(request.raw, Number(bytes), sha256), { contentType: type });
    } finally {
      leave();
    }
    return reply.status(200).header('etag', `"${sha256}"`).send();
  };
}

/**
 * The door in front of a store for {@link signedByDoor}: `GET`, `HEAD` and `PUT /files/objects/:key`. Bytes go through in a
 * stream, and what is put is compared with its terms on the way.
 */
export function objectDoor(app: FastifyInstance, door: ObjectDoor): void {
  app.register(async (scope) => {
    // Bytes of any type, as they come.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const url = '/files/objects/:key';
    scope.route<Asked>({
      method: ['GET', 'HEAD'],
      url,
      handler: (request, reply) => readObject(door, request, reply),
    });
    scope.route<Asked>({ method: 'PUT', url, handler: writer(door) });
  });
}
