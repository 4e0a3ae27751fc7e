import type { Clock } from '../../platform/clock.ts';
import { withoutDeadline } from '../../platform/deadline.ts';
import type { EventLog } from '../../platform/event-log/log.ts';
import { toMessage } from '../../platform/events/events.ts';
import type { Logger } from '../../platform/logger.ts';
import type { OutboxEvent, UserBlobRecord } from './documents.ts';
import { entryOfUserBlob } from './entry.ts';
import type { StateStore } from './store/store.ts';

/** Publishes what waits in outboxes: soon after a change, and by sweeping what a crash left behind. */
export interface Relay {
  /** Asks for this blob's outbox to be published now. */
  nudge(blobId: string): void;
  start(): void;
  /** Finishes what is being published; the rest waits in its outbox for the next start. */
  stop(): Promise<void>;
}

export interface RelayDependencies {
  readonly store: StateStore;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

const CONCURRENCY = 16;
const SWEEP_EVERY_MS = 1_000;
/** What is younger is most likely being published by the process that wrote it. */
const SWEEP_GRACE_MS = 2_000;
const SWEEP_BATCH = 500;
/** Nudges beyond this are left to the sweep: memory stays bounded while the log is away. */
const MAX_QUEUE = 10_000;

const toEvent = (event: OutboxEvent) => toMessage({ ...event, time: new Date(event.time) });

async function relayOwn(
  { store, eventLog }: RelayDependencies,
  { id, outbox }: UserBlobRecord,
): Promise<void> {
  for (const event of outbox) {
    await eventLog.publish(toEvent(event));
    await store.clearUserBlobOutbox(id, event.version);
  }
}

/**
 * One blob's events, in order: its own first, then its entry's. What is published twice has the same message id. That
 * a blob came into being is not told any more once it was deleted.
 */
async function relayBlob(deps: RelayDependencies, blobId: string): Promise<void> {
  const { store, eventLog } = deps;
  const { userBlob, entry } = await store.outbox(blobId);
  if (userBlob) {
    // Whoever hears of the blob must find it in the index, also when its writer died before entering it.
    const { stored } = await store.insertEntry(entryOfUserBlob(userBlob), []);
    if (stored) await relayOwn(deps, userBlob);
    else await store.eraseUserBlobs(userBlob.userId, [blobId]);
  }
  if (!entry) return;
  for (const event of entry.events) await eventLog.publish(toEvent(event));
  const last = entry.events.at(-1);
  if (last) await store.clearEntryOutbox(blobId, last.version);
}

class OutboxRelay implements Relay {
  readonly #deps: RelayDependencies;
  readonly #queue = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  #sweeping: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(deps: RelayDependencies) {
    this.#deps = deps;
  }

  nudge(blobId: string): void {
    if (this.#stopped || this.#queue.size >= MAX_QUEUE) return;
    this.#queue.add(blobId);
    // Whoever nudges does not wait for it.
    withoutDeadline(() => this.#pump());
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.#sweep().finally(() => {
        this.#sweeping = undefined;
      });
    }, SWEEP_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#queue.clear();
    await this.#sweeping;
    await Promise.all(this.#working.values());
  }

  async #sweep(): Promise<void> {
    const { store, clock, logger } = this.#deps;
    try {
      const waitingSince = new Date(clock.now().getTime() - SWEEP_GRACE_MS);
      const ids = await store.pendingOutboxes(waitingSince, SWEEP_BATCH);
      for (const id of ids) this.nudge(id);
    } catch (error) {
      logger.warn({ err: error }, 'sweeping outboxes failed; trying again');
    }
  }

  #pump(): void {
    for (const blobId of this.#queue) {
      if (this.#working.size >= CONCURRENCY) return;
      // One blob is never published twice at once: its events must stay in order.
      if (this.#working.has(blobId)) continue;
      this.#queue.delete(blobId);
      this.#working.set(blobId, this.#work(blobId));
    }
  }

  async #work(blobId: string): Promise<void> {
    try {
      await relayBlob(this.#deps, blobId);
    } catch (error) {
      this.#deps.logger.warn({ err: error, blobId }, 'publishing failed; the sweep tries again');
    } finally {
      this.#working.delete(blobId);
      this.#pump();
    }
  }
}

export const createRelay = (deps: RelayDependencies): Relay => new OutboxRelay(deps);
