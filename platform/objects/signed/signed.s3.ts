import {
  GetBucketCorsCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { disableVendorWarnings } from '../../config/config.ts';
import { CACHED, dispositionOf } from '../../files/answering.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import { keySegments } from '../names.ts';
import type { S3Options } from '../objects.s3.ts';
import type { SignedObjects } from './signed.ts';

export interface SignedS3Options
  extends Pick<S3Options, 'endpoint' | 'bucket' | 'region' | 'accessKeyId' | 'secretAccessKey'> {
  /** Where browsers find the store. */
  readonly publicEndpoint: string;
  /** The service's own place, as {@link scopedObjects} has it. */
  readonly place: string;
  readonly clock: Clock;
  /** Told when the bucket takes no rules for pages. */
  readonly logger: Pick<Logger, 'warn'>;
}

const CHECKSUM = 'x-amz-checksum-sha256';

/** S3's limit: a week. */
const secondsUntil = (end: Date, now: Date): number =>
  Math.min(604_800, Math.max(1, Math.ceil((end.getTime() - now.getTime()) / 1_000)));

/** CORS rules for pages of any origin: the signature grants access, to whoever has it. */
const CORS_RULE = {
  AllowedOrigins: ['*'],
  AllowedMethods: ['GET', 'HEAD', 'PUT'],
  AllowedHeaders: ['*'],
  ExposeHeaders: ['ETag', 'Content-Range'],
  MaxAgeSeconds: 3_600,
};

/** Lets pages use the bucket, unless it has rules of its own. MinIO has them for all buckets, and refuses. */
async function openToPages(client: S3Client, Bucket: string, logger: Pick<Logger, 'warn'>): Promise<void> {
  try {
    await client.send(new GetBucketCorsCommand({ Bucket }));
  } catch (error) {
    if (!(error instanceof S3ServiceException) || error.name !== 'NoSuchCORSConfiguration') return;
    const command = new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [CORS_RULE] } });
    await client.send(command).catch((err: unknown) => {
      const message =
        'the bucket takes no rules for pages (CORS): set them there, or pages of other origins get no files';
      logger.warn({ err, bucket: Bucket }, message);
    });
  }
}

/** `client` signs for browsers. `own` asks S3 by its own address: browsers' one need not be reached from here. */
function clientsOf({ accessKeyId, secretAccessKey, region, endpoint, publicEndpoint }: SignedS3Options) {
  const common = { region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true };
  const client = new S3Client({
    ...common,
    endpoint: publicEndpoint,
    // Else it binds a checksum of its own choice, of an empty body.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  return { client, own: new S3Client({ ...common, endpoint }) };
}

/**
 * Requests that lead to S3 itself, signed as version 4 in the query. Signing does no I/O; the bucket is opened to pages
 * beside it, once.
 */
export function openSignedS3(options: SignedS3Options): SignedObjects {
  disableVendorWarnings();
  const { bucket: Bucket, place, clock } = options;
  const { client, own } = clientsOf(options);
  void openToPages(own, Bucket, options.logger).finally(() => own.destroy());
  const at = (key: string) => ({ Bucket, Key: `${place}/${keySegments(key).join('/')}` });
  const during = (expiresAt: Date) => {
    const signingDate = clock.now();
    return { signingDate, expiresIn: secondsUntil(expiresAt, signingDate) };
  };
  return {
    async put(key, { contentType, sizeBytes, sha256, expiresAt }) {
      const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64');
      const wanted = { ContentType: contentType, ContentLength: sizeBytes, ChecksumSHA256 };
      const url = await getSignedUrl(client, new PutObjectCommand({ ...at(key), ...wanted }), {
        ...during(expiresAt),
        // In the query it would bind nothing: the store looks at the header of what is sent.
        unhoistableHeaders: new Set([CHECKSUM]),
        signableHeaders: new Set(['host', 'content-type', 'content-length', CHECKSUM]),
      });
      return { method: 'PUT', url, headers: { 'content-type': contentType, [CHECKSUM]: ChecksumSHA256 } };
    },
    async get(key, { contentType, fileName, saved = false, expiresAt }) {
      const answered = {
        ResponseContentType: contentType,
        ResponseContentDisposition: dispositionOf({ mediaType: contentType, fileName, saved }),
        ResponseCacheControl: CACHED,
      };
      const command = new GetObjectCommand({ ...at(key), ...answered });
      return { method: 'GET', url: await getSignedUrl(client, command, during(expiresAt)), headers: {} };
    },
  };
}
