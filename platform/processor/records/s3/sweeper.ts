import type { Logger } from '../../../telemetry/logger.ts';
import type { Clock } from '../../../time/clock.ts';
import { periodic } from '../../../time/periodic.ts';
import type { BlobObjects } from '../blob-objects.ts';

/** Removes objects that no record names: a crash came between them and their record. */
export interface ObjectSweeper {
  /** Begins to look, now and every hour. */
  start(): void;
  /** Looks once. */
  sweep(): Promise<void>;
  /** Ends looking; resolves once a look that is under way has ended. */
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
const SWEEP_GRACE_MS = 6 * 3_600_000;

export function createObjectSweeper({ objects, named, clock, logger }: SweeperOptions): ObjectSweeper {
  async function sweep(signal?: AbortSignal): Promise<void> {
    const before = new Date(clock.now().getTime() - SWEEP_GRACE_MS);
    for await (const page of objects.sets()) {
      if (signal?.aborted) return;
      const old = page.filter(({ storedAt }) => storedAt < before);
      if (old.length === 0) continue;
      const kept = await named([...new Set(old.map(({ blobId }) => blobId))]);
      for (const found of old) {
        if (kept.get(found.blobId) !== found.set) await objects.removeFound(found);
      }
    }
  }

  const sweeping = periodic({
    what: 'removing objects without a record',
    everyMs: EVERY_MS,
    logger,
    turn: sweep,
  });
  return {
    sweep: () => sweep(),
    start() {
      sweeping.start();
      sweeping.now();
    },
    stop: () => sweeping.stop(),
  };
}
