import type { EventLog } from '../../../platform/event-log/log.ts';
import { toMessage } from '../../../platform/events/events.ts';
import type { Logger } from '../../../platform/logger.ts';
import { type DeletionDependencies, deleteBlob } from '../deletion/deletion.ts';
import { escapes } from '../deletion/erasure.ts';
import type { Erasure, OutboxEvent } from '../documents.ts';
import { entryOfUserBlob } from '../entry.ts';
import type { Outboxes, UserBlobOutbox } from '../store/store.ts';
import { createSweeper, type Sweeper } from '../sweeper.ts';

export interface RelayDependencies extends DeletionDependencies {
  readonly eventLog: EventLog;
  readonly logger: Logger;
}

/** While one batch waits for the log, another is read; what is nudged meanwhile makes up the next. */
const BATCHES_AT_ONCE = 2;
const BATCH = 100;
/** What is younger is most likely being published by the process that wrote it. */
const SWEEP_GRACE_MS = 2_000;
const SWEEP_BATCH = 500;

/** Enters a blob whose writer died before it did. False where it was deleted. */
async function enter({ store }: RelayDependencies, { userId, blobId }: UserBlobOutbox): Promise<boolean> {
  const [blob] = await store.userBlobs(userId, [blobId]);
  return blob !== undefined && (await store.insertEntry(entryOfUserBlob(blob), [])).stored !== null;
}

/** Those of users' blobs that are in the index: whoever hears of a blob must find it there. */
async function indexed(deps: RelayDependencies, blobs: readonly UserBlobOutbox[]): Promise<UserBlobOutbox[]> {
  if (blobs.length === 0) return [];
  const { store } = deps;
  const known = new Map(
    (await store.known(blobs.map(({ blobId }) => blobId))).map(({ id, deleted }) => [id, !deleted]),
  );
  const there: UserBlobOutbox[] = [];
  for (const blob of blobs) {
    if (known.get(blob.blobId) ?? (await enter(deps, blob))) there.push(blob);
    // That it came into being is not told any more once it was deleted.
    else await store.eraseUserBlobs(blob.userId, [blob.blobId]);
  }
  return there;
}

/** Users' erasures, read once their blobs are indexed: one that begins later finds those there. */
async function erasuresOf({ store }: RelayDependencies, blobs: readonly UserBlobOutbox[]) {
  if (blobs.length === 0) return new Map<string, Erasure>();
  const erasures = await store.erasures([...new Set(blobs.map(({ userId }) => userId))]);
  return new Map(erasures.map((erasure) => [erasure.userId, erasure]));
}

/** A source that was deleted while something made of it was entered may not have seen that: its deletion looks again. */
async function openSources({ store, clock }: RelayDependencies, { entries }: Outboxes): Promise<void> {
  const sources = new Map<string, string[]>();
  for (const { kind, body } of entries.flatMap(({ events }) => events)) {
    if (kind !== 'indexed') continue;
    sources.set(body.user_id, [...(sources.get(body.user_id) ?? []), ...body.source_ids]);
  }
  if (sources.size > 0) await store.openDeletions(sources, clock.now());
}

/**
 * The events of these blobs: of each in order, a blob's own before its entry's; one that cannot be told of holds up no
 * other. What is published twice has the same message id.
 */
async function relay(deps: RelayDependencies, blobIds: readonly string[]): Promise<void> {
  const { store, eventLog } = deps;
  const outboxes = await store.outboxes(blobIds);
  const blobs = await indexed(deps, outboxes.userBlobs);
  const erasures = await erasuresOf(deps, blobs);
  await openSources(deps, outboxes);
  const [ofBlobs, ofEntries] = [new Map<string, number>(), new Map<string, number>()];

  const publish = async (id: string, events: readonly OutboxEvent[], published: Map<string, number>) => {
    for (const event of events) {
      await eventLog.publish(toMessage({ ...event, time: new Date(event.time) }));
      published.set(id, event.version);
    }
  };
  const tell = async (id: string) => {
    const blob = blobs.find(({ blobId }) => blobId === id);
    const entry = outboxes.entries.find(({ blobId }) => blobId === id);
    if (blob && escapes(blob, erasures.get(blob.userId) ?? null))
      await deleteBlob(deps, blob.userId, id, true);
    else if (blob) await publish(id, blob.events, ofBlobs);
    if (entry) await publish(id, entry.events, ofEntries);
  };
  const tellings = await Promise.allSettled(blobIds.map(tell));
  await Promise.all([store.clearUserBlobOutboxes(ofBlobs), store.clearEntryOutboxes(ofEntries)]);
  for (const telling of tellings) if (telling.status === 'rejected') throw telling.reason;
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
