import pMap from 'p-map';
import type { EventLog } from '../../../platform/event-log/log.ts';
import { toMessage } from '../../../platform/events/events.ts';
import type { Logger } from '../../../platform/logger.ts';
import { bury, type DeletionDependencies } from '../deletion/deletion.ts';
import { escapes } from '../deletion/erasure.ts';
import { entryOfUserBlob } from '../entry.ts';
import type { Outbox, Outboxes, UserBlobOutbox } from '../store/store.ts';
import { createSweeper, type Sweeper } from '../sweeper.ts';

export interface RelayDependencies extends DeletionDependencies {
  readonly eventLog: EventLog;
  readonly logger: Logger;
}

/** While one batch waits for the log, another is read; what is nudged meanwhile makes up the next. */
const BATCHES_AT_ONCE = 2;
const BATCH = 100;
const TOLD_AT_ONCE = 32;
/** Age below which an event is most likely being published by its writer. */
const SWEEP_GRACE_MS = 2_000;
const SWEEP_BATCH = 500;
const SOURCES_AT_ONCE = 1_000;

/** A source that was deleted while something made of it was entered may not have seen that: its deletion looks again. */
async function reopenDeletions({ store, clock }: RelayDependencies, { entries }: Outboxes): Promise<void> {
  const indexed = entries.flatMap(({ events }) => events.filter(({ kind }) => kind === 'indexed'));
  // A book may have very many, and be told of more than once.
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

/** A batch's documents, read for all of its blobs at once. */
async function readBatch(deps: RelayDependencies, blobIds: readonly string[]) {
  const { store } = deps;
  const outboxes = await store.outboxes(blobIds);
  await reopenDeletions(deps, outboxes);
  const { userBlobs, entries } = outboxes;
  const known = userBlobs.length > 0 ? await store.known(userBlobs.map(({ blobId }) => blobId)) : [];
  // Read once the entries are there: an erasure that begins later finds them.
  const users = new Set(userBlobs.map(({ userId }) => userId));
  const erasures = users.size > 0 ? await store.erasures([...users]) : [];
  return {
    userBlobs: new Map(userBlobs.map((outbox) => [outbox.blobId, outbox])),
    entries: new Map(entries.map((outbox) => [outbox.blobId, outbox])),
    /** True where only the tombstone of the entry is left. */
    deleted: new Map(known.map(({ id, deleted }) => [id, deleted])),
    erasures: new Map(erasures.map((erasure) => [erasure.userId, erasure])),
  };
}

type Batch = Awaited<ReturnType<typeof readBatch>>;

/** Enters a blob whose writer died before it did. False where it was deleted, or is gone. */
async function enter({ store }: RelayDependencies, { userId, blobId }: UserBlobOutbox): Promise<boolean> {
  const [blob] = await store.userBlobs(userId, [blobId]);
  if (!blob) return false;
  const { stored } = await store.insertEntry(entryOfUserBlob(blob), []);
  if (!stored) await store.eraseUserBlobs(userId, [blobId]);
  return stored !== null;
}

/**
 * Whether it may be told that a user's blob came into being: whoever hears of it must find it in the index, and must not
 * hear of it any more once it was deleted.
 */
async function mayBeTold(deps: RelayDependencies, batch: Batch, blob: UserBlobOutbox): Promise<boolean> {
  const { store } = deps;
  const { blobId, userId } = blob;
  const deleted = batch.deleted.get(blobId);
  let erasure = batch.erasures.get(userId) ?? null;
  if (deleted) {
    await store.eraseUserBlobs(userId, [blobId]);
    return false;
  }
  if (deleted === undefined) {
    if (!(await enter(deps, blob))) return false;
    erasure = await store.erasure(userId);
  }
  if (!escapes(blob, erasure)) return true;
  await bury(deps, userId, blobId, true);
  await store.eraseUserBlobs(userId, [blobId]);
  deps.nudgeDeletion(blobId);
  return false;
}

/**
 * Publishes the events of these blobs: of each in order, a blob's own before its entry's; one that cannot be told of
 * holds up no other. What is published twice has the same message id.
 */
async function relay(deps: RelayDependencies, blobIds: readonly string[]): Promise<void> {
  const { store, eventLog, logger } = deps;
  const batch = await readBatch(deps, blobIds);
  const [ofBlobs, ofEntries] = [new Map<string, number>(), new Map<string, number>()];
  const publish = async ({ blobId, events }: Outbox, published: Map<string, number>) => {
    for (const event of events) {
      await eventLog.publish(toMessage({ ...event, time: new Date(event.time) }));
      published.set(blobId, event.version);
    }
  };
  const tell = async (blobId: string) => {
    const [blob, entry] = [batch.userBlobs.get(blobId), batch.entries.get(blobId)];
    try {
      if (blob && (await mayBeTold(deps, batch, blob))) await publish(blob, ofBlobs);
      if (entry) await publish(entry, ofEntries);
    } catch (error) {
      logger.warn({ err: error, blobId }, 'publishing failed; the sweep tries again');
    }
  };
  await pMap(blobIds, tell, { concurrency: TOLD_AT_ONCE });
  // While an outbox is not cleared, whoever wrote the change may have died before counting it.
  await store.countEntries(blobIds);
  await Promise.all([store.clearUserBlobOutboxes(ofBlobs), store.clearEntryOutboxes(ofEntries)]);
}

/** Publishes what waits in outboxes: soon after a change, and by sweeping what a crash left behind. */
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
