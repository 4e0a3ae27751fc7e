import { createHash } from 'node:crypto';
import { z } from 'zod';

/** An uploaded picture: the document's `data`, of the schema `image-input-v1`. */
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

/** The place of a user's objects: an id of any text as one segment of a key. */
const segmentOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** All originals of a user lie under it. */
export const originalsOf = (userId: string): string => `originals/${segmentOf(userId)}`;

/**
 * Where an uploaded file lies: under its user, so that a document that names another user's upload finds nothing, and by
 * its content, so that it never changes.
 */
export const originalKey = (
  userId: string,
  { upload_id, sha256 }: Pick<ImageInput, 'upload_id' | 'sha256'>,
): string => `${originalsOf(userId)}/${segmentOf(upload_id)}/${sha256}`;
