import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { segmentOf } from '../../../platform/objects/names.ts';
import type { ObjectStore } from '../../../platform/objects/objects.ts';

/** An uploaded picture: the blob's `data` by the schema `image-input-v1`. */
export const imageInput = z.object({
  upload_id: z.string(),
  file_name: z.string(),
  content_type: z.string(),
  size_bytes: z.number(),
  sha256: z.string(),
  alt_text: z.string().optional(),
  keep_position: z.boolean().optional(),
});

export type ImageInput = z.infer<typeof imageInput>;

/** The key prefix of a user's originals. */
export const originalsOf = (userId: string): string => `originals/${segmentOf(userId)}`;

/**
 * The key of an uploaded file. It contains the user, so that a blob that names another user's upload finds nothing, and
 * the content's hash, so that the object never changes.
 */
export const originalKey = (
  userId: string,
  { upload_id, sha256 }: Pick<ImageInput, 'upload_id' | 'sha256'>,
): string => `${originalsOf(userId)}/${segmentOf(upload_id)}/${sha256}`;

const altered = (): BlobgraphError =>
  new BlobgraphError('IMAGE_INVALID', 'The stored file is not the one that was uploaded. Upload it again.');

/** Passes bytes through, and throws at the end when their hash differs. */
async function* verified(body: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) throw altered();
}

/**
 * Opens an uploaded file. Reading to the end verifies its hash.
 * @throws BlobgraphError NOT_FOUND, IMAGE_INVALID, IMAGE_TOO_LARGE; ObjectStoreUnavailable
 */
export async function openOriginal(
  objects: Pick<ObjectStore, 'get'>,
  userId: string,
  input: ImageInput,
  maxBytes: number,
): Promise<AsyncIterable<Uint8Array>> {
  const found = await objects.get(originalKey(userId, input));
  if (!found) {
    const message =
      'The uploaded file is not there: it was never completed, or was deleted. Upload it again.';
    throw new BlobgraphError('NOT_FOUND', message, { field: 'data.upload_id' });
  }
  if (found.sizeBytes > maxBytes) {
    found.body.destroy();
    const message = `The file has ${found.sizeBytes} bytes; it may have ${maxBytes}. Make it smaller.`;
    throw new BlobgraphError('IMAGE_TOO_LARGE', message);
  }
  return verified(found.body, input.sha256);
}
