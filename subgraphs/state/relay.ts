import type { EventLog } from '../../platform/event-log/log.ts';
import { toMessage } from '../../platform/events/events.ts';
import type { Logger } from '../../platform/logger.ts';
import { type DeletionDependencies, deleteBlob } from './deletion/deletion.ts';
import { escapes } from './deletion/erasure.ts';
import type { OutboxEvent, UserBlobRecord } from './documents.ts';
import { entryOfUserBlob } from './entry.ts';
import { createSweeper, type Sweeper } from './sweeper.ts';

export interface RelayDependencies extends DeletionDependencies {
  readonly eventLog: EventLog;
  readonly logger: Logger;
}

const CONCURRENCY = 16;
/** What is younger is most likely being published by the process that wrote it. */
const SWEEP_GRACE_MS = 2_000;
const SWEEP_BATCH = 500;

const toEvent = (event: OutboxEvent) => toMessage({ ...event, time: new Date(event.time) });

/** That a blob came into being is not told any more once it was deleted. */
async function relayOwn(deps: RelayDependencies, blob: UserBlobRecord): Promise<void> {
  const { store, eventLog } = deps;
  // Whoever hears of the blob must find it in the index, also when its writer died before entering it.
  const { stored } = await store.insertEntry(entryOfUserBlob(blob), []);
  if (!stored) return store.eraseUserBlobs(blob.userId, [blob.id]);
  if (escapes(blob, await store.erasure(blob.userId))) {
    await deleteBlob(deps, blob.userId, blob.id, true);
    return;
  }
  for (const event of blob.outbox) {
    await eventLog.publish(toEvent(event));
    await store.clearUserBlobOutbox(blob.id, event.version);
  }
}

/** One blob's events, in order: its own first, then its entry's. What is published twice has the same message id. */
async function relayBlob(deps: RelayDependencies, blobId: string): Promise<void> {
  const { store, eventLog, clock } = deps;
  const { userBlob, entry } = await store.outbox(blobId);
  if (userBlob) await relayOwn(deps, userBlob);
  if (!entry) return;
  for (const event of entry.events) {
    const { user_id, source_ids } = event.body;
    // A source that was deleted while this was entered may not have seen it: its deletion looks again.
    if (event.kind === 'indexed') await store.openDeletions(user_id, source_ids, clock.now());
    await eventLog.publish(toEvent(event));
  }
  const last = entry.events.at(-1);
  if (last) await store.clearEntryOutbox(blobId, last.version);
}

/** Publishes what waits in outboxes: soon after a change, and by sweeping what a crash left behind. */
export const createRelay = (deps: RelayDependencies): Sweeper =>
  createSweeper({
    what: 'publishing',
    find: () => {
      const waitingSince = new Date(deps.clock.now().getTime() - SWEEP_GRACE_MS);
      return deps.store.pendingOutboxes(waitingSince, SWEEP_BATCH);
    },
    work: (blobId) => relayBlob(deps, blobId),
    concurrency: CONCURRENCY,
    logger: deps.logger,
  });
