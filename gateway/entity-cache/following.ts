import type { ChangeFeed } from '../../platform/changes/feed.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { periodic } from '../../platform/time/periodic.ts';
import { unlessAborted } from '../../platform/time/unless-aborted.ts';
import type { BlobEntityCache } from './entity-cache.ts';

/** From when all deletions were known, the cache is used for this long, at most. */
const TRUSTED_MS = 2_000;
const EVERY_MS = 500;

export interface FollowingDependencies {
  readonly cache: Pick<BlobEntityCache<unknown>, 'deleted' | 'followed' | 'lost'>;
  readonly changeFeed: () => Promise<Pick<ChangeFeed, 'watch' | 'caughtUp'>>;
  readonly logger: Logger;
  /** As the cache has it. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Tells a cache of deletions, as the event log has them. Twice a second it sees whether all that the log has was read; a
 * cache that does not hear of that for two seconds empties itself.
 */
export function followDeletions(deps: FollowingDependencies): { stop(): Promise<void> } {
  const { cache, changeFeed, logger, now = () => performance.now() } = deps;
  let unwatch = () => {};
  let feed: Pick<ChangeFeed, 'watch' | 'caughtUp'> | undefined;
  let emptying: NodeJS.Timeout | undefined;

  async function watched(stopping: AbortSignal) {
    if (feed) return feed;
    const opened = await changeFeed();
    stopping.throwIfAborted();
    feed = opened;
    unwatch = feed.watch({
      changed({ userId, change: { kind, blobId } }) {
        if (kind === 'DELETED') cache.deleted(blobId, userId);
      },
      missed: () => cache.lost(),
    });
    // Operations may have begun before the deletions that were not watched.
    cache.lost();
    return feed;
  }

  const looking = periodic({
    what: 'following deletions for the entity cache',
    everyMs: EVERY_MS,
    jitter: 0,
    logger,
    async turn(stopping) {
      const followed = await unlessAborted(() => watched(stopping), stopping);
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(TRUSTED_MS)]);
      const asked = now();
      if (!(await unlessAborted(() => followed.caughtUp(signal), signal))) return;
      cache.followed(asked + TRUSTED_MS);
      clearTimeout(emptying);
      emptying = setTimeout(() => cache.lost(), TRUSTED_MS).unref();
    },
  });
  looking.start();
  looking.now();
  return {
    async stop(): Promise<void> {
      await looking.stop();
      unwatch();
      clearTimeout(emptying);
      cache.lost();
    },
  };
}
