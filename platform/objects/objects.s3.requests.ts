import {
  AbortMultipartUploadCommand,
  type BucketLocationConstraint,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  HeadBucketCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

interface Bucket {
  readonly bucket: string;
  readonly region: string;
}

async function makeBucket(client: S3Client, { bucket: Bucket, region }: Bucket): Promise<void> {
  // S3 takes every region's name here but its first one's.
  const where =
    region === 'us-east-1'
      ? {}
      : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
  try {
    await client.send(new CreateBucketCommand({ Bucket, ...where }));
  } catch (error) {
    // Another process was faster.
    if (!(error instanceof S3ServiceException) || error.name !== 'BucketAlreadyOwnedByYou') throw error;
  }
}

/** Makes sure of the bucket, at the first call that succeeds. */
export function bucketOf(client: S3Client, wanted: Bucket): () => Promise<void> {
  let there: Promise<void> | undefined;
  const ensure = async () => {
    try {
      await client.send(new HeadBucketCommand({ Bucket: wanted.bucket }));
    } catch (error) {
      // The answer has no body that would tell more.
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === undefined || status === 429 || status >= 500) throw error;
      if (status !== 404)
        throw new Error(
          `S3 refuses bucket “${wanted.bucket}” by status ${status}: look at S3_BUCKET, S3_REGION and its keys`,
          { cause: error },
        );
      await makeBucket(client, wanted);
    }
  };
  return () => {
    there ??= ensure().catch((error: unknown) => {
      there = undefined;
      throw error;
    });
    return there;
  };
}

/**
 * Stores an object that comes in parts. Nothing of it is seen before its last part is there, and when it fails nothing of
 * it stays.
 * @returns its size in bytes
 */
export async function uploadParts(
  client: S3Client,
  target: CreateMultipartUploadCommandInput,
  first: Uint8Array,
  others: AsyncIterable<Uint8Array>,
): Promise<{ readonly sizeBytes: number }> {
  const { Bucket, Key } = target;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const upload = { Bucket, Key, UploadId };
  const done: CompletedPart[] = [];
  let sizeBytes = 0;
  const send = async (Body: Uint8Array) => {
    const PartNumber = done.length + 1;
    const { ETag, ChecksumCRC32 } = await client.send(
      new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }),
    );
    done.push({ PartNumber, ETag, ChecksumCRC32 });
    sizeBytes += Body.byteLength;
  };
  try {
    await send(first);
    for await (const part of others) await send(part);
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: done } }));
    return { sizeBytes };
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
