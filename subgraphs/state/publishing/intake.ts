import type { Clock } from '../../../platform/clock.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import { repeating } from '../../../platform/repeating.ts';
import type { StateStore } from '../store/store.ts';

/** Backlog of the outboxes. */
export interface Backlog {
  /** Documents with events that wait. */
  readonly length: number;
  /** Seconds for which the oldest of them has waited; 0 where none waits. */
  readonly oldestSeconds: number;
}

/** Holds new blobs back while the event log does not take what there is already. */
export interface Intake {
  /** As it was when last looked at. */
  readonly backlog: Backlog;
  /** @throws BlobgraphError OVERLOADED while as many documents wait as may */
  assertOpen(): void;
  /** Looks at the backlog now and then, until `stop`. */
  start(): void;
  stop(): Promise<void>;
}

export interface IntakeDependencies {
  readonly store: Pick<StateStore, 'outboxLength' | 'oldestOutbox'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Documents that may wait. */
  readonly limit: number;
  /** Milliseconds between two looks. Default: 1,000. */
  readonly everyMs?: number;
}

export function createIntake({ store, clock, logger, limit, everyMs = 1_000 }: IntakeDependencies): Intake {
  let backlog: Backlog = { length: 0, oldestSeconds: 0 };
  const looking = repeating(everyMs, look);

  async function look(): Promise<void> {
    try {
      const [length, oldest] = await Promise.all([store.outboxLength(), store.oldestOutbox()]);
      const oldestSeconds = oldest ? Math.max(0, (clock.now().getTime() - oldest.getTime()) / 1_000) : 0;
      backlog = { length, oldestSeconds };
    } catch (error) {
      logger.warn({ err: error }, 'what waits in outboxes could not be counted; counting again');
    }
  }

  return {
    get backlog() {
      return backlog;
    },
    assertOpen() {
      if (backlog.length < limit) return;
      const message = 'New blobs are taken again once the event log has what came before. Try again later.';
      throw new BlobgraphError('OVERLOADED', message);
    },
    start: () => looking.start(),
    stop: () => looking.stop(),
  };
}
