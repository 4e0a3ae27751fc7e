import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../logger.ts';
import { repeating } from '../../../repeating.ts';
import type { BlobObjects } from './blob-objects.ts';

/** Removes objects that no record names: a crash came between them and their record. */
export interface ObjectSweeper {
  /** Begins to look, now and every hour. */
  start(): void;
  /** Looks once. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

export interface SweeperOptions {
  readonly objects: Pick<BlobObjects, 'sets' | 'removeFound'>;
  /** The sets that the records of these blobs name; those that are not there are left out. */
  readonly named: (blobIds: readonly string[]) => Promise<ReadonlyMap<string, string | null>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const EVERY_MS = 3_600_000;
/**
 * Milliseconds for which objects are left to whoever stored them: the record follows at once, unless its store is away. So
 * long even a process that was suspended in between has not been.
 */
export const SWEEP_GRACE_MS = 6 * 3_600_000;

export function createObjectSweeper({ objects, named, clock, logger }: SweeperOptions): ObjectSweeper {
  let isStopped = false;

  async function sweep(): Promise<void> {
    const before = new Date(clock.now().getTime() - SWEEP_GRACE_MS);
    for await (const page of objects.sets()) {
      if (isStopped) return;
      const old = page.filter(({ storedAt }) => storedAt < before);
      if (old.length === 0) continue;
      const kept = await named([...new Set(old.map(({ blobId }) => blobId))]);
      for (const found of old) {
        if (kept.get(found.blobId) !== found.set) await objects.removeFound(found);
      }
    }
  }

  const sweeping = repeating(EVERY_MS, () =>
    sweep().catch((error: unknown) => {
      logger.warn({ err: error }, 'objects without a record could not be looked for; trying again');
    }),
  );
  return {
    sweep,
    start() {
      sweeping.start();
      sweeping.now();
    },
    stop() {
      isStopped = true;
      return sweeping.stop();
    },
  };
}
