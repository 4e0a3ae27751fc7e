import { createHash } from 'node:crypto';
import type { StateClient } from '../../../platform/clients/state.ts';
import { FairQueue } from '../../../platform/concurrency/fair-queue.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { assertSameInput } from '../../../platform/ids/idempotency.ts';
import type { IdSource } from '../../../platform/ids/ids.ts';
import type { ObjectStore } from '../../../platform/objects/objects.ts';
import type { SignedObjects, SignedRequest } from '../../../platform/objects/signed/signed.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { formatOf, otherFormatOf, SIGNATURE_BYTES } from '../picture/format.ts';
import type { UploadStore } from './store.ts';
import {
  announcementOf,
  documentOf,
  formatNamed,
  hashOf,
  keyOf,
  type Upload,
  uploadMissing,
  uploadRefused,
} from './upload.ts';

export interface UploadOptions {
  /** Bytes of one file. */
  readonly maxBytes: number;
  /** Minutes for which an upload is open. */
  readonly minutes: number;
  /** Number of open uploads of a user. */
  readonly open: number;
  /** Bytes of a user's uploads in 24 hours. */
  readonly bytesADay: number;
}

export interface UploadDependencies {
  readonly store: UploadStore;
  /** The processor's bucket. */
  readonly objects: ObjectStore;
  /** Signs requests to it. */
  readonly signed: SignedObjects;
  readonly state: Pick<StateClient, 'keep'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly options: UploadOptions;
}

/** Uploads of files. Methods reject with a BlobgraphError or InputErrors for the user. */
export interface Uploads {
  /**
   * Begins an upload, or finds the one of the same idempotency key. Returns a signed request that puts the file; it may be
   * repeated.
   * @throws VALIDATION_FAILED, IDEMPOTENCY_CONFLICT, UPLOADS_EXCEEDED
   */
  request(
    userId: string,
    input: unknown,
  ): Promise<{ readonly upload: Upload; readonly request: SignedRequest }>;
  /**
   * Verifies the file and creates its blob. Idempotent. @returns the blob's id
   * @throws NOT_FOUND, UPLOAD_INCOMPLETE, UPLOAD_MISMATCH, UPLOAD_EXPIRED, BLOB_DELETED; SERVICE_UNAVAILABLE
   */
  complete(userId: string, uploadId: string): Promise<string>;
  /** Creates the blob of a verified upload. @throws like {@link Uploads.complete} */
  finish(upload: Upload): Promise<string>;
}

const DAY_MS = 86_400_000;
/** Files that are verified at once, and of one user. */
const VERIFIED_AT_ONCE = 8;
const VERIFIED_PER_USER = 2;
const MAX_WAITING = 1_000;
const PATIENCE_MS = 20_000;

const isUuid = (id: unknown): id is string =>
  typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);

/** The file that arrived. */
interface Arrived {
  readonly bytes: number;
  readonly sha256: string;
  readonly head: Uint8Array;
}

/** How the file differs from its announcement; undefined when it does not. */
function faultOf(arrived: Arrived, { sizeBytes, sha256, contentType }: Upload): string | undefined {
  if (arrived.bytes !== sizeBytes)
    return `The file has ${arrived.bytes} bytes, not ${sizeBytes} as was announced. Announce it anew.`;
  if (arrived.sha256 !== sha256) return 'The file has another SHA-256 than was announced. Announce it anew.';
  const format = formatOf(arrived.head);
  if (format === formatNamed(contentType)) return undefined;
  const found = format ?? otherFormatOf(arrived.head) ?? 'no picture that is known here';
  return `The file is ${found}, not \`${contentType}\` as was announced. Announce it as what it is.`;
}

async function look(body: AsyncIterable<Uint8Array>): Promise<Arrived> {
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    if (bytes < SIGNATURE_BYTES) head.push(piece.subarray(0, SIGNATURE_BYTES));
    hash.update(piece);
    bytes += piece.byteLength;
  }
  return { bytes, sha256: hash.digest('hex'), head: Buffer.concat(head) };
}

class UserUploads implements Uploads {
  readonly #deps: UploadDependencies;
  readonly #verifying = new FairQueue({
    name: 'uploads that are verified',
    capacity: VERIFIED_AT_ONCE,
    capacityPerKey: VERIFIED_PER_USER,
    maxWaiting: MAX_WAITING,
    patienceMs: PATIENCE_MS,
  });

  constructor(deps: UploadDependencies) {
    this.#deps = deps;
  }

  async request(userId: string, input: unknown) {
    const { clock, ids, options, store, signed } = this.#deps;
    const { key: idempotencyKey, file } = announcementOf(input, options.maxBytes);
    const now = clock.now();
    const inputHash = hashOf(file);
    const begun = await store.begin(
      {
        ...file,
        id: ids.next(),
        userId,
        idempotencyKey,
        inputHash,
        createdAt: now,
        expiresAt: new Date(now.getTime() + options.minutes * 60_000),
      },
      now,
      { open: options.open, bytes: options.bytesADay, since: new Date(now.getTime() - DAY_MS) },
    );
    if ('exceeded' in begun) throw this.#exceeded(begun.exceeded);
    assertSameInput(begun, inputHash);
    const { upload } = begun;
    return { upload, request: await signed.put(keyOf(upload), upload) };
  }

  async complete(userId: string, uploadId: string): Promise<string> {
    const { store } = this.#deps;
    const upload = isUuid(uploadId) ? await store.find(userId, uploadId) : null;
    if (!upload) throw uploadMissing();
    if (upload.blobId !== null) return upload.blobId;
    if (upload.state === 'REFUSED') throw uploadRefused(upload.refusal ?? '');
    return this.finish(upload.state === 'OPEN' ? await this.#verified(upload) : upload);
  }

  async finish(upload: Upload): Promise<string> {
    const { state, store, clock } = this.#deps;
    const { id, userId, title, conversationId } = upload;
    try {
      const blobId = await state.keep(userId, {
        type: 'image',
        schema_id: 'image-input-v1',
        data: documentOf(upload),
        title,
        conversation_id: conversationId,
        idempotency_key: id,
      });
      await store.complete(id, blobId);
      return blobId;
    } catch (error) {
      if (!(error instanceof BlobgraphError) || error.code !== 'BLOB_DELETED') throw error;
      await store.forget(userId, { ids: [id] }, clock.now());
      throw new BlobgraphError('BLOB_DELETED', 'The picture of this upload was deleted. Upload it anew.', {
        field: 'uploadId',
      });
    }
  }

  /** Verifies that the announced file has arrived. */
  async #verified(upload: Upload): Promise<Upload> {
    const { clock, objects, store } = this.#deps;
    const leave = await this.#verifying.enter(upload.userId);
    try {
      const found = await objects.get(keyOf(upload));
      if (!found) return await this.#settled(upload, () => this.#absent(upload));
      const fault = faultOf(await look(found.body), upload);
      if (fault === undefined) await store.verify(upload, clock.now());
      else await store.refuse(upload, fault, clock.now());
      return await this.#settled(upload, uploadMissing);
    } finally {
      leave();
    }
  }

  /** Reads the upload again: another request may have completed it, or its original is another. @throws `ifOpen` */
  async #settled({ userId, id }: Upload, ifOpen: () => BlobgraphError): Promise<Upload> {
    const now = await this.#deps.store.find(userId, id);
    if (!now) throw uploadMissing();
    if (now.state === 'OPEN') throw ifOpen();
    if (now.state === 'REFUSED') throw uploadRefused(now.refusal ?? '');
    return now;
  }

  /** The error of a missing file. */
  #absent({ expiresAt }: Upload): BlobgraphError {
    const field = 'uploadId';
    if (this.#deps.clock.now() >= expiresAt)
      return new BlobgraphError('UPLOAD_EXPIRED', 'The time for this upload is over. Ask for a new one.', {
        field,
      });
    const message = 'Nothing has arrived yet. Send the file to `url`, then complete the upload.';
    return new BlobgraphError('UPLOAD_INCOMPLETE', message, { field });
  }

  #exceeded(limit: 'open' | 'bytes'): BlobgraphError {
    const { open, bytesADay, minutes } = this.#deps.options;
    const message =
      limit === 'open'
        ? `You have ${open} uploads open. Complete them, or wait: each ends after ${minutes} minutes.`
        : `With this file you would have uploaded more than ${bytesADay} bytes in 24 hours. Wait, then ask again.`;
    return new BlobgraphError('UPLOADS_EXCEEDED', message, { field: limit === 'open' ? null : 'sizeBytes' });
  }
}

export const createUploads = (deps: UploadDependencies): Uploads => new UserUploads(deps);
