import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { hashOfInput } from '../../../platform/ids/idempotency.ts';
import { filled, parseInput } from '../../../platform/input/label.ts';
import { textLimits } from '../../../platform/input/limits.ts';
import { formats, type ImageFormat } from '../picture/format.ts';
import { originalKey } from './original.ts';

/**
 * State of an upload. `OPEN`: the file may be sent. `VERIFIED`: the announced file has arrived; its blob will be created.
 * `COMPLETED`: the blob exists. `REFUSED`: another file arrived.
 */
export type UploadState = 'OPEN' | 'VERIFIED' | 'COMPLETED' | 'REFUSED';

/** A file as announced by its user. */
export interface Announced {
  /** Without folders. */
  readonly fileName: string;
  /** The media type of a format that is read, e.g. `image/jpeg`. */
  readonly contentType: string;
  /** At least 1. */
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly title: string;
  /** The user's own id of a book; null: none. */
  readonly bookId: string | null;
  /** The user's own id of a conversation; null: none. */
  readonly conversationId: string | null;
  /** Null: none was given, so that a model may write one. */
  readonly altText: string | null;
  /** Whether the asset tells where the picture was taken. Default: false. */
  readonly keepPosition: boolean;
}

/** One upload. */
export interface Upload extends Announced {
  readonly id: string;
  readonly userId: string;
  readonly state: UploadState;
  /** The first upload with the same bytes, by default this one. */
  readonly originalId: string;
  /** Null until it is completed. */
  readonly blobId: string | null;
  /** Why it was refused; null otherwise. */
  readonly refusal: string | null;
  readonly createdAt: Date;
  /** Until then the file may be sent and the upload completed. */
  readonly expiresAt: Date;
}

/** The key of an upload's object. */
export const keyOf = ({ id, userId, sha256 }: Pick<Upload, 'id' | 'userId' | 'sha256'>): string =>
  originalKey(userId, { upload_id: id, sha256 });

/** The document of the upload's blob. It names the upload that stored the bytes. */
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

const announcedForm = (maxBytes: number) =>
  z.object({
    fileName: filled(textLimits.fileName).refine(
      (name) => !/[\\/]/.test(name) && !/^\.+$/.test(name),
      'must have no folders',
    ),
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
    title: filled(textLimits.title),
    bookId: filled(textLimits.ownId).nullish(),
    conversationId: filled(textLimits.ownId).nullish(),
    altText: filled(textLimits.altText).nullish(),
    keepPosition: z.boolean().nullish(),
    idempotencyKey: filled(textLimits.idempotencyKey),
  });

/**
 * Validates an announcement, fills in defaults, and extracts the idempotency key. @throws InputErrors with every
 * mistake
 */
export function announcementOf(
  input: unknown,
  maxBytes: number,
): { readonly key: string; readonly file: Announced } {
  const {
    idempotencyKey: key,
    bookId,
    conversationId,
    altText,
    keepPosition,
    ...file
  } = parseInput(announcedForm(maxBytes), input);
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

/** SHA-256 in hex of an announcement. */
export const hashOf = (file: Announced): string =>
  hashOfInput(JSON.stringify(Object.entries(file).toSorted()));

export const uploadMissing = (): BlobgraphError =>
  new BlobgraphError('NOT_FOUND', 'There is no upload of this id, or it is not yours.', {
    field: 'uploadId',
  });

export const uploadRefused = (reason: string): BlobgraphError =>
  new BlobgraphError('UPLOAD_MISMATCH', reason, { field: 'uploadId' });
