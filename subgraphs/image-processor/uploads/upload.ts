import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BlobgraphError, InputErrors } from '../../../platform/errors.ts';
import { formats, type ImageFormat } from '../format.ts';
import { originalKey } from '../original.ts';

/**
 * How far an upload is. `OPEN`: the file may be sent. `VERIFIED`: it has arrived as it was announced, and its blob follows,
 * whoever has to make it. `COMPLETED`: the blob is there. `REFUSED`: another file arrived.
 */
export type UploadState = 'OPEN' | 'VERIFIED' | 'COMPLETED' | 'REFUSED';

/** A file as its user announced it. */
export interface Announced {
  /** Without folders. */
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** In hex, lower case. */
  readonly sha256: string;
  readonly title: string;
  readonly bookId: string | null;
  readonly conversationId: string | null;
  readonly altText: string | null;
  readonly keepPosition: boolean;
}

/** One upload. */
export interface Upload extends Announced {
  readonly id: string;
  readonly userId: string;
  readonly state: UploadState;
  /** Of the upload that brought these bytes first, where this one brought them again; else its own id. */
  readonly originalId: string;
  /** Once it is completed. */
  readonly blobId: string | null;
  /** Why it is refused. */
  readonly refusal: string | null;
  readonly createdAt: Date;
  /** Until then the file may be sent, and the upload be completed. */
  readonly expiresAt: Date;
}

/** Where the file of an upload is put. */
export const keyOf = ({ id, userId, sha256 }: Pick<Upload, 'id' | 'userId' | 'sha256'>): string =>
  originalKey(userId, { upload_id: id, sha256 });

/** The document of the blob that comes of it: it says where the bytes are by the upload that brought them. */
export const documentOf = (upload: Upload) => ({
  upload_id: upload.originalId,
  file_name: upload.fileName,
  content_type: upload.contentType,
  size_bytes: upload.sizeBytes,
  sha256: upload.sha256,
  ...(upload.altText === null ? {} : { alt_text: upload.altText }),
  ...(upload.keepPosition ? { keep_position: true } : {}),
  ...(upload.bookId === null ? {} : { metadata: { book_id: upload.bookId } }),
});

export const formatNamed = (contentType: string): ImageFormat | undefined =>
  (Object.keys(formats) as ImageFormat[]).find((format) => formats[format] === contentType);

// Control characters are what this expression is there to refuse.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const CONTROL = /[\u0000-\u001f\u007f]/;

const label = (max: number) =>
  z
    .string('must be a text')
    .max(max, `must have at most ${max} characters`)
    .refine((text) => text.trim() !== '', 'must not be empty')
    .refine((text) => !CONTROL.test(text), 'must not hold control characters')
    .refine((text) => text.isWellFormed(), 'must not hold half of a surrogate pair');

const announcedForm = (maxBytes: number) =>
  z.object({
    fileName: label(255).refine((name) => !/[\\/]/.test(name) && !/^\.+$/.test(name), 'must have no folders'),
    contentType: z
      .string('must be a text')
      .refine(
        (type) => formatNamed(type) !== undefined,
        `must be one of ${Object.values(formats).join(', ')}`,
      ),
    sizeBytes: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(maxBytes, `must be at most ${maxBytes}: make the file smaller`),
    sha256: z
      .string('must be a text')
      .regex(/^[0-9a-f]{64}$/i, 'must be the SHA-256 of the file, 64 hexadecimal digits')
      .transform((hex) => hex.toLowerCase()),
    title: label(500),
    bookId: label(200).nullish(),
    conversationId: label(200).nullish(),
    altText: label(1_000).nullish(),
    keepPosition: z.boolean().nullish(),
    idempotencyKey: label(255),
  });

/** An announcement with its defaults, and the key under which it is the same one. @throws InputErrors with every mistake */
export function announcementOf(
  input: unknown,
  maxBytes: number,
): { readonly key: string; readonly file: Announced } {
  const parsed = announcedForm(maxBytes).safeParse(input);
  if (!parsed.success) {
    throw new InputErrors(
      parsed.error.issues.map(({ path, message }) => {
        const field = path.join('.');
        return { field, code: 'VALIDATION_FAILED', message: `\`${field}\` ${message}.` };
      }),
    );
  }
  const { idempotencyKey: key, bookId, conversationId, altText, keepPosition, ...file } = parsed.data;
  return {
    key,
    file: {
      ...file,
      bookId: bookId ?? null,
      conversationId: conversationId ?? null,
      altText: altText ?? null,
      keepPosition: keepPosition ?? false,
    },
  };
}

/** SHA-256 in hex of all that an announcement says. */
export const hashOf = (file: Announced): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(file).toSorted()))
    .digest('hex');

export const uploadMissing = (): BlobgraphError =>
  new BlobgraphError('NOT_FOUND', 'There is no upload of this id, or it is not yours.', {
    field: 'uploadId',
  });

export const uploadRefused = (reason: string): BlobgraphError =>
  new BlobgraphError('UPLOAD_MISMATCH', reason, { field: 'uploadId' });
