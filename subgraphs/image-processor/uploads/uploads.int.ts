import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openWire } from '../../../platform/event-log/nats/log.nats.fixture.ts';
import { openS3Objects } from '../../../platform/objects/objects.s3.ts';
import { ObjectStoreUnavailable } from '../../../platform/objects/objects.ts';
import { scopedObjects } from '../../../platform/objects/scoped.ts';
import { openTemporaryPostgres } from '../../../platform/testing/postgres.ts';
import { services } from '../../../platform/testing/services.ts';
import { createPostgresUploads } from './store.postgres.ts';
import { keyOf } from './upload.ts';
import { announcement, openUploadSet, png } from './uploads.fixture.ts';

const user = `user ${randomUUID()}`;
let wire: Awaited<ReturnType<typeof openWire>>;
let set: Awaited<ReturnType<typeof openUploadSet>>;

beforeAll(async () => {
  const { s3 } = services();
  wire = await openWire(s3.endpoint);
  const place = `uploads/${randomUUID()}`;
  const bucket = openS3Objects({ ...s3, endpoint: `http://${wire.address}`, maxAttempts: 1 });
  const objects = {
    ...scopedObjects(bucket, place),
    async close() {
      await bucket.deletePrefix(place);
      await bucket.close();
    },
  };
  set = await openUploadSet(createPostgresUploads, { server: openTemporaryPostgres(), objects });
});
beforeEach(() => wire.mend());
afterAll(async () => {
  wire.mend();
  await set?.close();
  wire.close();
});

it('resumes at each step when S3 is back', async () => {
  const bytes = png('on S3');
  wire.cut();
  // Announcing needs no store.
  const { upload } = await set.uploads.request(user, announcement(bytes));
  const put = () => set.objects.put(keyOf(upload), bytes, { contentType: 'image/png' });
  await expect(put()).rejects.toThrow(ObjectStoreUnavailable);
  wire.mend();
  await put();
  wire.cut();
  await expect(set.uploads.complete(user, upload.id)).rejects.toThrow(ObjectStoreUnavailable);
  expect(await set.store.find(user, upload.id)).toMatchObject({ state: 'OPEN' });
  wire.mend();
  const blobId = await set.uploads.complete(user, upload.id);
  expect([...set.blobs.values()].map(({ id }) => id)).toEqual([blobId]);
  await set.store.forget(user, { blobIds: [blobId] }, set.clock.now());
  wire.cut();
  await expect(set.sweeper.sweep()).rejects.toThrow(ObjectStoreUnavailable);
  wire.mend();
  await set.sweeper.sweep();
  expect(await set.objects.head(keyOf(upload))).toBeNull();
});

it('makes one blob and one original when two replicas complete at once', async () => {
  const bytes = png('at once');
  const uploads = await Promise.all([1, 2, 3].map(() => set.sent(user, bytes)));
  const ids = await Promise.all(
    uploads.flatMap(({ id }) => [1, 2, 3].map(() => set.uploads.complete(user, id))),
  );
  expect(new Set(ids).size).toBe(3);
  await set.sweeper.sweep();
  const kept = await Promise.all(uploads.map((upload) => set.objects.head(keyOf(upload))));
  expect(kept.filter((head) => head !== null)).toHaveLength(1);
});
