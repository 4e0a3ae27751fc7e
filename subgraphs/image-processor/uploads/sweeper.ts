import pMap from 'p-map';
import { groupBy } from '../../../platform/collections/group-by.ts';
import { BlobgraphError, errorTable, isPassing } from '../../../platform/errors/errors.ts';
import type { ObjectStore } from '../../../platform/objects/objects.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { type Periodic, periodic } from '../../../platform/time/periodic.ts';
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

/** Finishes uploads that a crash or an unavailable service interrupted, and removes doomed objects. */
export interface UploadSweeper {
  /** Sweeps now and then periodically. */
  start(): void;
  /** Sweeps once. @throws when a store is unavailable */
  sweep(): Promise<void>;
  /** Removes doomed objects that are due. @throws ObjectStoreUnavailable */
  removeDoomed(): Promise<void>;
  /** Begins no more sweeps; resolves once the one under way has ended. */
  stop(): Promise<void>;
}

const EVERY_MS = 30_000;
const BATCH = 500;
const AT_ONCE = 8;
/** Later than any upload's expiry. */
const WHENEVER = new Date(8_640_000_000_000);

/** Whether a retry would fail in the same way. */
const isFinal = (error: unknown): boolean =>
  error instanceof BlobgraphError && !isPassing(error) && errorTable[error.code].status < 500;

class Sweeper implements UploadSweeper {
  readonly #deps: UploadSweeperDependencies;
  readonly #sweeping: Periodic;

  constructor(deps: UploadSweeperDependencies) {
    this.#deps = deps;
    this.#sweeping = periodic({
      what: 'sweeping uploads',
      everyMs: deps.everyMs ?? EVERY_MS,
      logger: deps.logger,
      turn: () => this.sweep(),
    });
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

  /** A permanently refused upload is kept until it expires, so that its user can learn why. */
  async #finish(upload: Upload): Promise<void> {
    const { store, uploads, clock, logger } = this.#deps;
    try {
      await uploads.finish(upload);
    } catch (error) {
      const about = { err: error, uploadId: upload.id };
      if (!isFinal(error)) logger.warn(about, 'creating an upload’s blob failed; the next sweep retries');
      else if (clock.now() >= upload.expiresAt) {
        logger.warn(about, 'an upload’s blob is permanently refused; the upload is deleted');
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
