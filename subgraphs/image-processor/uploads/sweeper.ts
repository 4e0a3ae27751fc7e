import pMap from 'p-map';
import type { Clock } from '../../../platform/clock.ts';
import { BlobgraphError, errorTable, isPassing } from '../../../platform/errors.ts';
import { groupBy } from '../../../platform/group-by.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { ObjectStore } from '../../../platform/objects/objects.ts';
import { repeating } from '../../../platform/repeating.ts';
import type { UploadStore } from './store.ts';
import type { Upload } from './upload.ts';
import type { Uploads } from './uploads.ts';

export interface UploadSweeperDependencies {
  readonly store: UploadStore;
  readonly objects: Pick<ObjectStore, 'delete'>;
  readonly uploads: Pick<Uploads, 'finish'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between two sweeps. Default: 30,000. */
  readonly everyMs?: number;
}

/** Finishes what a crash or a service's absence left of uploads, and removes what is needed no more. */
export interface UploadSweeper {
  /** Begins to sweep, now and again and again. */
  start(): void;
  /** Sweeps once. @throws when a store is away */
  sweep(): Promise<void>;
  /** Removes doomed objects that are due. @throws ObjectStoreUnavailable */
  removeDoomed(): Promise<void>;
  stop(): Promise<void>;
}

const EVERY_MS = 30_000;
const BATCH = 500;
const AT_ONCE = 8;
/** Beyond any upload's end. */
const WHENEVER = new Date(8_640_000_000_000);

/** Whether an error will be the same the next time. */
const isFinal = (error: unknown): boolean =>
  error instanceof BlobgraphError && !isPassing(error) && errorTable[error.code].status < 500;

class Sweeper implements UploadSweeper {
  readonly #deps: UploadSweeperDependencies;
  readonly #sweeping;

  constructor(deps: UploadSweeperDependencies) {
    this.#deps = deps;
    this.#sweeping = repeating(deps.everyMs ?? EVERY_MS, () => this.#try());
  }

  start(): void {
    this.#sweeping.start();
    this.#sweeping.now();
  }

  stop(): Promise<void> {
    return this.#sweeping.stop();
  }

  async sweep(): Promise<void> {
    const { store } = this.#deps;
    await pMap(await store.due('VERIFIED', WHENEVER, BATCH), (upload) => this.#finish(upload), {
      concurrency: AT_ONCE,
    });
    await this.#forgetEnded();
    await this.removeDoomed();
  }

  async removeDoomed(): Promise<void> {
    const { store, objects, clock } = this.#deps;
    for (;;) {
      const doomed = await store.doomed(clock.now(), BATCH);
      if (doomed.length === 0) return;
      await objects.delete(doomed.map(({ key }) => key));
      await store.gone(doomed, clock.now());
    }
  }

  async #try(): Promise<void> {
    await this.sweep().catch((error: unknown) => {
      this.#deps.logger.warn({ err: error }, 'uploads could not be swept; trying again');
    });
  }

  /** What is refused for good is kept until its time is over, should its user ask why. */
  async #finish(upload: Upload): Promise<void> {
    const { store, uploads, clock, logger } = this.#deps;
    try {
      await uploads.finish(upload);
    } catch (error) {
      const about = { err: error, uploadId: upload.id };
      if (!isFinal(error)) logger.warn(about, 'the blob of an upload could not be made; trying again');
      else if (clock.now() >= upload.expiresAt) {
        logger.warn(about, 'the blob of an upload is refused for good: the upload is forgotten');
        await store.forget(upload.userId, { ids: [upload.id] }, clock.now());
      }
    }
  }

  async #forgetEnded(): Promise<void> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    for (const state of ['OPEN', 'REFUSED'] as const) {
      const ended = await store.due(state, now, BATCH);
      for (const [userId, uploads] of groupBy(ended, (upload) => upload.userId)) {
        const ids = uploads.map(({ id }) => id);
        await store.forgetEnded(userId, ids, now);
      }
    }
  }
}

export const createUploadSweeper = (deps: UploadSweeperDependencies): UploadSweeper => new Sweeper(deps);
