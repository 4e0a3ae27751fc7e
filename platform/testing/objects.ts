import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolderObjects } from '../objects/objects.folder.ts';
import { openS3Objects } from '../objects/objects.s3.ts';
import type { ObjectStore } from '../objects/objects.ts';
import { scopedObjects } from '../objects/scoped.ts';
import { services } from './services.ts';

/** Objects of one test in a folder of its own; closing removes it. */
export async function openTemporaryObjects(): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-objects-'));
  return {
    ...scopedObjects(await openFolderObjects(folder), 'test'),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Objects of one test on the real S3, in a place of their own; closing deletes them. */
export function openTemporaryS3(): ObjectStore {
  const store = openS3Objects(services().s3);
  const own = scopedObjects(store, `test-${randomBytes(6).toString('hex')}`);
  return {
    ...own,
    async close() {
      await own.deletePrefix('');
      await store.close();
    },
  };
}
