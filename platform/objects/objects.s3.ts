import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { disableVendorWarnings } from '../config/config.ts';
import { isUnavailable } from '../errors/unavailable.ts';
import {
  checkDescription,
  checkPage,
  checkRange,
  decodeMetadata,
  encodeMetadata,
  isKey,
  keySegments,
  prefixSegments,
  rangeOutside,
} from './names.ts';
import { inParts, readingOf } from './objects.s3.body.ts';
import { bucketOf, uploadParts } from './objects.s3.requests.ts';
import type {
  ByteRange,
  ListedObject,
  ListOptions,
  ObjectBody,
  ObjectContent,
  ObjectDescription,
  ObjectHead,
  ObjectStore,
} from './objects.ts';
import { ObjectStoreUnavailable } from './objects.ts';

export interface S3Options {
  /** E.g. `https://s3.eu-west-1.amazonaws.com`. Buckets are named in the path. */
  readonly endpoint: string;
  /** Made at the first use where there is none. */
  readonly bucket: string;
  /** A part of what is signed, e.g. `eu-west-1`. */
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Wait for a connection. Default 3,000 ms. */
  readonly connectionTimeoutMs?: number;
  /** Wait for an answer to begin, or for its next piece. Default 60,000 ms: a part of 8 MiB may take that long. */
  readonly answerTimeoutMs?: number;
  /** Attempts of one request, the first included. Default 4. */
  readonly maxAttempts?: number;
}

/** S3's limits of one upload: 5 MiB a part or more, 10,000 parts; so an object is 78 GiB at most. */
const PART_BYTES = 8 * 1024 ** 2;
/** S3's limit of one deletion. */
const DELETED_AT_ONCE = 1_000;

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

function isAway(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return status >= 500 || status === 429;
  return isUnavailable(error) || (error instanceof Error && error.name === 'TimeoutError');
}

/** In answers of lists, by `EncodingType: url`: XML cannot carry every character. */
const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

const sizeOf = ({ ContentRange, ContentLength = 0 }: Answer): number =>
  ContentRange === undefined ? ContentLength : Number(ContentRange.split('/')[1]);

type Answer = HeadObjectCommandOutput | GetObjectCommandOutput;

const headOf = (answer: Answer): ObjectHead => ({
  sizeBytes: sizeOf(answer),
  contentType: answer.ContentType ?? 'application/octet-stream',
  etag: answer.ETag ?? '',
  modifiedAt: answer.LastModified ?? new Date(0),
  metadata: decodeMetadata(answer.Metadata),
});

class S3Objects implements ObjectStore {
  readonly embedded = false;
  readonly #client: S3Client;
  readonly #options: S3Options;
  readonly #idleMs: number;
  readonly #ensureBucket: () => Promise<void>;

  constructor(options: S3Options) {
    const { accessKeyId, secretAccessKey, connectionTimeoutMs = 3_000, answerTimeoutMs = 60_000 } = options;
    this.#options = options;
    this.#idleMs = answerTimeoutMs;
    this.#client = new S3Client({
      endpoint: options.endpoint,
      region: options.region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      maxAttempts: options.maxAttempts ?? 4,
      requestHandler: {
        connectionTimeout: connectionTimeoutMs,
        requestTimeout: answerTimeoutMs,
        throwOnRequestTimeout: true,
      },
    });
    this.#ensureBucket = bucketOf(this.#client, options);
  }

  async put(key: string, body: ObjectBody, description: ObjectDescription) {
    checkDescription(description);
    const target = {
      ...this.#at(key),
      ContentType: description.contentType,
      Metadata: encodeMetadata(description.metadata),
    };
    const parts = inParts(body, PART_BYTES);
    const first = await parts.next();
    const part = first.value ?? new Uint8Array();
    if (part.byteLength === PART_BYTES) {
      return this.#ask(() => uploadParts(this.#client, target, part, parts));
    }
    await this.#ask(() => this.#client.send(new PutObjectCommand({ ...target, Body: part })));
    return { sizeBytes: part.byteLength };
  }

  async get(key: string, range?: ByteRange): Promise<ObjectContent | null> {
    if (range) checkRange(range);
    const asked = range ? { Range: `bytes=${range.start}-${range.end ?? ''}` } : {};
    const where = { ...this.#at(key), ...asked };
    const answer = await this.#find(() => this.#client.send(new GetObjectCommand(where)));
    if (!answer) return null;
    return { ...headOf(answer), body: readingOf(answer.Body as Readable, this.#idleMs) };
  }

  async head(key: string): Promise<ObjectHead | null> {
    const where = this.#at(key);
    const answer = await this.#find(() => this.#client.send(new HeadObjectCommand(where)));
    return answer && headOf(answer);
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) keySegments(key);
    for (let from = 0; from < keys.length; from += DELETED_AT_ONCE) {
      const Objects = keys.slice(from, from + DELETED_AT_ONCE).map((Key) => ({ Key }));
      const command = new DeleteObjectsCommand({
        Bucket: this.#options.bucket,
        Delete: { Objects, Quiet: true },
      });
      const { Errors = [] } = await this.#ask(() => this.#client.send(command));
      const [failed] = Errors;
      if (failed) throw new ObjectStoreUnavailable(new Error(`${Errors.length} not deleted: ${failed.Code}`));
    }
  }

  async deletePrefix(prefix: string): Promise<void> {
    let after: string | undefined;
    do {
      const page = await this.list(prefix, { limit: DELETED_AT_ONCE, ...(after ? { after } : {}) });
      const keys = page.map(({ key }) => key);
      await this.delete(keys);
      after = keys.length < DELETED_AT_ONCE ? undefined : keys.at(-1);
    } while (after !== undefined);
  }

  async list(prefix: string, options: ListOptions): Promise<readonly ListedObject[]> {
    checkPage(prefix, options);
    const found: ListedObject[] = [];
    let from: { StartAfter?: string; ContinuationToken?: string } | undefined =
      options.after === undefined ? {} : { StartAfter: options.after };
    while (from && found.length < options.limit) {
      const command: ListObjectsV2Command = new ListObjectsV2Command({
        Bucket: this.#options.bucket,
        Prefix: prefixSegments(prefix)
          .map((segment) => `${segment}/`)
          .join(''),
        EncodingType: 'url',
        MaxKeys: options.limit - found.length,
        ...from,
      });
      const { Contents = [], NextContinuationToken: next } = await this.#ask(() =>
        this.#client.send(command),
      );
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of Contents) {
        const key = decodeKey(Key);
        // Others put what has no key of ours there, a folder's mark for one.
        if (isKey(key)) found.push({ key, sizeBytes: Size, modifiedAt: LastModified });
      }
      from = next === undefined ? undefined : { ContinuationToken: next };
    }
    return found;
  }

  async ping(): Promise<void> {
    await this.#ask(() => this.#client.send(new HeadBucketCommand({ Bucket: this.#options.bucket })));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #at(key: string) {
    keySegments(key);
    return { Bucket: this.#options.bucket, Key: key };
  }

  /** @throws ObjectStoreUnavailable when the server is away or too busy */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      await this.#ensureBucket();
      return await work();
    } catch (error) {
      throw isAway(error) ? new ObjectStoreUnavailable(error) : error;
    }
  }

  /** The result of `work`; null where there is no object. */
  async #find<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await this.#ask(work);
    } catch (error) {
      if (error instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(error.name)) return null;
      if (statusOf(error) === 416) throw rangeOutside();
      throw error;
    }
  }
}

/**
 * Objects in a bucket of S3, or of a server that speaks as it does. Connects lazily: a server that is away shows at the
 * first use, and is found again when it is back.
 */
export function openS3Objects(options: S3Options): ObjectStore {
  disableVendorWarnings();
  return new S3Objects(options);
}
