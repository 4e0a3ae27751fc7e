import type { EventLog } from '../../../platform/event-log/log.ts';
import { toMessage } from '../../../platform/events/events.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { createSweeper, type Sweeper } from '../background/sweeper.ts';
import { bury, type DeletionDependencies } from '../deletion/deletion.ts';
import { escapes } from '../deletion/erasure.ts';
import { entryOfUserBlob } from '../entries/entry.ts';
import type { Outbox, Outboxes, OutboxStore, UserBlobOutbox } from '../store/outbox.ts';
import type { StateStore } from '../store/store.ts';

export interface RelayDependencies extends DeletionDependencies {
  readonly store: DeletionDependencies['store'] &
    OutboxStore &
    Pick<StateStore, 'openDeletions' | 'erasure' | 'countEntries'>;
  readonly eventLog: Pick<EventLog, 'publish'>;
  readonly logger: Logger;
  /** Takes the user of each event that says that runs have ended. */
  readonly ended: (userId: string) => void;
}

/** Kinds of events after which a run may have ended. */
const ENDING: ReadonlySet<string> = new Set(['completed', 'failed', 'deleted']);

/** While one batch waits for the log, another is read. Ids nudged in the meantime form the next. */
const BATCHES_AT_ONCE = 2;
const BATCH = 100;
/** The sweep leaves younger events to the process that stored them. */
export const SWEEP_GRACE_MS = 2_000;
export const SWEEP_BATCH = 500;
const SOURCES_AT_ONCE = 1_000;

/**
 * Reopens the deletions of the sources of new entries: a source that was deleted at the same time may not have seen
 * the new entry.
 */
async function reopenDeletions({ store, clock }: RelayDependencies, { entries }: Outboxes): Promise<void> {
  const indexed = entries.flatMap(({ events }) => events.filter(({ kind }) => kind === 'indexed'));
  // A book may have very many sources, and several events.
  const owners = new Map(indexed.flatMap(({ body }) => body.source_ids.map((id) => [id, body.user_id])));
  const sources = [...owners];
  for (let start = 0; start < sources.length; start += SOURCES_AT_ONCE) {
    const byUser = new Map<string, string[]>();
    for (const [id, userId] of sources.slice(start, start + SOURCES_AT_ONCE)) {
      const ids = byUser.get(userId);
      if (ids) ids.push(id);
      else byUser.set(userId, [id]);
    }
    await store.openDeletions(byUser, clock.now());
  }
}

/** Inserts the entry of a blob whose writer died before it did. False when the blob was deleted. */
async function insertMissing(
  { store }: RelayDependencies,
  { userId, blobId }: UserBlobOutbox,
): Promise<boolean> {
  const [blob] = await store.userBlobs(userId, [blobId]);
  if (!blob) return false;
  const { stored } = await store.insertEntry(entryOfUserBlob(blob), []);
  if (!stored) await store.eraseUserBlobs(userId, [blobId]);
  return stored !== null;
}

/**
 * Whether a user's blob may be announced: its consumers must find it in the index, and must not hear of it after its
 * deletion.
 */
async function mayPublish(deps: RelayDependencies, blob: UserBlobOutbox): Promise<boolean> {
  const { store } = deps;
  const { blobId, userId, indexed } = blob;
  let { erasure } = blob;
  if (indexed === 'tombstone') {
    await store.eraseUserBlobs(userId, [blobId]);
    return false;
  }
  if (indexed === 'nothing') {
    if (!(await insertMissing(deps, blob))) return false;
    erasure = await store.erasure(userId);
  }
  if (!escapes(blob, erasure)) return true;
  await bury(deps, userId, blobId, true);
  await store.eraseUserBlobs(userId, [blobId]);
  deps.nudgeDeletion(blobId);
  return false;
}

const byBlob = <T extends Outbox>(outboxes: readonly T[]): ReadonlyMap<string, T> =>
  new Map(outboxes.map((outbox) => [outbox.blobId, outbox]));

/**
 * Publishes the events of these blobs, of each blob in order: those of the user's blob before those of its entry. A
 * failure does not stop the other blobs. Events that are published twice have the same message id.
 */
async function relay(deps: RelayDependencies, blobIds: readonly string[]): Promise<void> {
  const { store, eventLog, logger } = deps;
  const found = await store.outboxes(blobIds);
  await reopenDeletions(deps, found);
  const [userBlobs, entries] = [byBlob(found.userBlobs), byBlob(found.entries)];
  const [ofBlobs, ofEntries] = [new Map<string, number>(), new Map<string, number>()];
  const publish = async ({ blobId, events }: Outbox, published: Map<string, number>) => {
    for (const event of events) {
      await eventLog.publish(toMessage({ ...event, time: new Date(event.time) }));
      published.set(blobId, event.version);
      if (ENDING.has(event.kind)) deps.ended(event.body.user_id);
    }
  };
  const publishAll = async (blobId: string) => {
    const [blob, entry] = [userBlobs.get(blobId), entries.get(blobId)];
    try {
      if (blob && (await mayPublish(deps, blob))) await publish(blob, ofBlobs);
      if (entry) await publish(entry, ofEntries);
    } catch (error) {
      logger.warn({ err: error, blobId }, 'publishing failed; the sweep tries again');
    }
  };
  await Promise.all(blobIds.map(publishAll));
  // The writer may have died before it counted the change. Once the outbox is cleared, nothing would show that.
  await store.countEntries(blobIds);
  await Promise.all([store.clearUserBlobOutboxes(ofBlobs), store.clearEntryOutboxes(ofEntries)]);
}

/** Publishes outboxes: soon after a change, and by sweeping those that a crash left behind. */
export const createRelay = (deps: RelayDependencies): Sweeper =>
  createSweeper({
    what: 'publishing',
    find: () => {
      const waitingSince = new Date(deps.clock.now().getTime() - SWEEP_GRACE_MS);
      return deps.store.pendingOutboxes(waitingSince, SWEEP_BATCH);
    },
    work: (blobIds) => relay(deps, blobIds),
    concurrency: BATCHES_AT_ONCE,
    batch: BATCH,
    logger: deps.logger,
  });
