import { randomUUID } from 'node:crypto';
import { createLogger } from '../../telemetry/logger.ts';
import { services } from '../../testing/services.ts';
import { openS3Objects } from '../objects.s3.ts';
import { scopedObjects } from '../scoped.ts';
import { signedContract } from './signed.contract.ts';
import { openDoor, settableClock } from './signed.fixture.ts';
import { openSignedS3 } from './signed.s3.ts';

/** A place of its own in the bucket, removed at the end. */
function openPlace() {
  const { s3 } = services();
  const place = `signed/${randomUUID()}`;
  const bucket = openS3Objects(s3);
  const objects = {
    ...scopedObjects(bucket, place),
    async close() {
      await bucket.deletePrefix(place);
      await bucket.close();
    },
  };
  return { s3, place, objects };
}

signedContract('S3 itself', async () => {
  const { s3, place, objects } = openPlace();
  const logger = createLogger('silent');
  const { clock, setTime } = settableClock();
  const signed = openSignedS3({ ...s3, publicEndpoint: s3.endpoint, place, clock, logger });
  return { signed, objects, at: (url) => url, setTime, close: () => objects.close() };
});

signedContract('Our door before S3', async () => openDoor(openPlace().objects));
