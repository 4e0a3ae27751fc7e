import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolderObjects } from '../objects/objects.folder.ts';
import type { ObjectStore } from '../objects/objects.ts';
import { scopedObjects } from '../objects/scoped.ts';

/** Objects of one test in a folder of its own; closing removes it. */
export async function openTemporaryObjects(): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-objects-'));
  return {
    ...scopedObjects(await openFolderObjects(folder), 'test'),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
