import type { OpenDependencies } from '../../../platform/processor/define.ts';
import type { Settings } from '../settings.ts';
import type { UploadStore } from './store.ts';
import { createUploadSweeper } from './sweeper.ts';
import { createUploads, type Uploads } from './uploads.ts';

/** Uploads as the processor opens them, with what the kit calls. */
export interface OpenedUploads {
  readonly uploads: Uploads;
  start(): void;
  close(): Promise<void>;
  eraseUser(userId: string): Promise<void>;
  eraseBlobs(userId: string, ids: readonly string[]): Promise<void>;
}

const MIB = 1024 ** 2;

/** Uploads, and what goes on beside requests for them. */
export function openUploads(deps: OpenDependencies<Settings>, store: UploadStore): OpenedUploads {
  const { objects, files, state, clock, ids, logger, settings } = deps;
  const options = {
    maxBytes: settings.IMAGE_MAX_MEBIBYTES * MIB,
    minutes: settings.UPLOAD_MINUTES,
    open: settings.UPLOADS_OPEN,
    bytesADay: settings.UPLOAD_MEBIBYTES_A_DAY * MIB,
  };
  const uploads = createUploads({ store, objects, signed: files.objects, state, clock, ids, options });
  const sweeper = createUploadSweeper({ store, objects, uploads, clock, logger });
  return {
    uploads,
    start: () => sweeper.start(),
    close: () => sweeper.stop(),
    async eraseUser(userId) {
      while (await store.forgetUser(userId, clock.now()));
      await sweeper.removeDoomed();
    },
    async eraseBlobs(userId, blobIds) {
      await store.forget(userId, { blobIds }, clock.now());
      await sweeper.removeDoomed();
    },
  };
}
