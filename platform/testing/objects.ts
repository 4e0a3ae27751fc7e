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

/** Objects of one test in a place of its own on the S3 server; closing removes them. */
export async function openTemporaryS3(): Promise<ObjectStore> {
  const server = openS3Objects(services().s3);
  const store = scopedObjects(server, `test-${randomBytes(8).toString('hex')}`);
  return {
    ...store,
    async close() {
      await store.deletePrefix('');
      await server.close();
    },
  };
}
