import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { periodic } from '../../../platform/time/periodic.ts';
import type { StateStore } from '../store/store.ts';

/** The backlog of the outboxes. */
export interface Backlog {
  /** Documents with unpublished events. */
  readonly length: number;
  /** Age of the oldest unpublished event in seconds; 0 without any. */
  readonly oldestSeconds: number;
}

/** Refuses new blobs while too many events are unpublished. */
export interface Intake {
  /** The backlog when it was last counted. */
  readonly backlog: Backlog;
  /** @throws BlobgraphError OVERLOADED when the limit is reached */
  assertOpen(): void;
  /** Admits up to `count` new documents. @returns how many */
  take(count: number): number;
  /** Counts the backlog periodically, until `stop`. */
  start(): void;
  /** Resolves once a count in progress has ended. */
  stop(): Promise<void>;
}

/** The refusal of a new blob. */
export const noRoom = (): BlobgraphError =>
  new BlobgraphError('OVERLOADED', 'Too many events wait to be published. Try again later.');

export interface IntakeDependencies {
  readonly store: Pick<StateStore, 'outboxLength' | 'oldestOutbox'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Maximum number of documents with unpublished events. */
  readonly limit: number;
  /** Milliseconds between two counts. Default 1,000. */
  readonly everyMs?: number;
}

export function createIntake({ store, clock, logger, limit, everyMs = 1_000 }: IntakeDependencies): Intake {
  let backlog: Backlog = { length: 0, oldestSeconds: 0 };
  /** Documents admitted since the last count. */
  let taken = 0;
  const looking = periodic({ what: 'counting what waits in outboxes', everyMs, logger, turn: look });

  async function look(): Promise<void> {
    const [length, oldest] = await Promise.all([store.outboxLength(), store.oldestOutbox()]);
    const oldestSeconds = oldest ? Math.max(0, (clock.now().getTime() - oldest.getTime()) / 1_000) : 0;
    backlog = { length, oldestSeconds };
    taken = 0;
  }

  return {
    get backlog() {
      return backlog;
    },
    assertOpen() {
      if (backlog.length >= limit) throw noRoom();
    },
    take(count) {
      const room = Math.max(0, Math.min(count, limit - backlog.length - taken));
      taken += room;
      return room;
    },
    start: () => looking.start(),
    stop: () => looking.stop(),
  };
}
