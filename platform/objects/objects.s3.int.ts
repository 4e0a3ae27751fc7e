import { randomBytes } from 'node:crypto';
import { DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { openWire } from '../event-log/nats/log.nats.fixture.ts';
import { services } from '../testing/services.ts';
import { objectsContract } from './objects.contract.ts';
import { openS3Objects } from './objects.s3.ts';
import { ObjectStoreUnavailable } from './objects.ts';
import { scopedObjects } from './scoped.ts';

const freshBucket = () => `test-${randomBytes(8).toString('hex')}`;

/** Removes what a test left, and its bucket. */
async function removeBucket(bucket: string): Promise<void> {
  const { s3 } = services();
  const store = openS3Objects({ ...s3, bucket });
  await store.deletePrefix('');
  await store.close();
  const { accessKeyId, secretAccessKey, endpoint, region } = s3;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
  client.destroy();
}

describe('S3', () => {
  const contractBucket = freshBucket();
  afterAll(() => removeBucket(contractBucket));
  objectsContract('A bucket', async () => openS3Objects({ ...services().s3, bucket: contractBucket }));

  it('makes a bucket that is missing, also when several need it at once', async () => {
    const bucket = freshBucket();
    const stores = [1, 2, 3].map(() => openS3Objects({ ...services().s3, bucket }));
    await Promise.all(
      stores.map((store, index) =>
        store.put(`${index}`, Buffer.from('x'), { contentType: 'text/plain', metadata: {} }),
      ),
    );
    expect(await stores[0]?.list('', { limit: 10 })).toHaveLength(3);
    for (const store of stores) await store.close();
    await removeBucket(bucket);
  });

  it('finds a server again that was away, also when it was so at first', async () => {
    const wire = await openWire(services().s3.endpoint);
    const store = scopedObjects(
      openS3Objects({ ...services().s3, endpoint: `http://${wire.address}`, maxAttempts: 1 }),
      freshBucket(),
    );
    const put = () => store.put('a', Buffer.from('x'), { contentType: 'text/plain' });
    for (const _ of ['at first', 'later']) {
      wire.cut();
      await expect(put()).rejects.toThrow(ObjectStoreUnavailable);
      await expect(store.ping()).rejects.toThrow(ObjectStoreUnavailable);
      wire.mend();
      await put();
    }
    await store.deletePrefix('');
    wire.close();
  });

  it('says what to look at when it refuses the keys', async () => {
    const store = openS3Objects({ ...services().s3, bucket: freshBucket(), secretAccessKey: 'wrong' });
    await expect(store.ping()).rejects.toThrow(
      /S3 refuses bucket “test-.*” by status 403: .*S3_BUCKET, S3_REGION/,
    );
    await store.close();
  });
});
