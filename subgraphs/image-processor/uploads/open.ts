import type { OpenDependencies } from '../../../platform/processor/kit/open.ts';
import type { UploadSettings } from './settings.ts';
import type { UploadStore } from './store.ts';
import { createUploadSweeper } from './sweeper.ts';
import { createUploads, type Uploads } from './uploads.ts';

/** Opened uploads, with the hooks of the processor kit. */
export interface OpenedUploads {
  readonly uploads: Uploads;
  /** Sweeps now and then periodically. */
  start(): void;
  /** Begins no more sweeps; resolves once the one under way has ended. */
  close(): Promise<void>;
  /** Deletes a user's uploads and their objects. Idempotent. @throws ObjectStoreUnavailable */
  eraseUser(userId: string): Promise<void>;
  /** Deletes the blobs' uploads, and objects that no other needs. @throws ObjectStoreUnavailable */
  eraseBlobs(userId: string, ids: readonly string[]): Promise<void>;
}

const MIB = 1024 ** 2;

/** Opens uploads with their background work. */
export function openUploads(deps: OpenDependencies<UploadSettings>, store: UploadStore): OpenedUploads {
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
