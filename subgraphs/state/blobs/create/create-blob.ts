import { assertSameInput } from '../../../../platform/ids/idempotency.ts';
import { userBlobId } from '../../../../platform/ids/ids.ts';
import type { Clock } from '../../../../platform/time/clock.ts';
import { assertNotErasing, userErasing } from '../../deletion/erasure.ts';
import { entryOfUserBlob } from '../../entries/entry.ts';
import type { Intake } from '../../publishing/intake.ts';
import type { IndexEntry, UserBlobRecord } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { type CreateBlobInput, checkBlobInput, hashOf } from './blob-input.ts';
import type { GroupCommit } from './group-commit.ts';
import { keyOf } from './keys.ts';
import { deletedBefore, makeRecord, type RecordDependencies } from './record.ts';

export interface CommitDependencies {
  readonly store: Pick<StateStore, 'insertEntry' | 'eraseUserBlobs'>;
  /** Has the outboxes of new blobs published. */
  readonly commit: GroupCommit;
  /** Publishes a blob's outbox soon. */
  readonly nudge: (blobId: string) => void;
}

export interface CreateBlobDependencies extends RecordDependencies, CommitDependencies {
  readonly store: RecordDependencies['store'] &
    CommitDependencies['store'] &
    Pick<StateStore, 'userBlobs' | 'erasure'>;
  /** Asked only for new blobs: one whose key is known is answered in any case. */
  readonly intake: Pick<Intake, 'assertOpen'>;
  readonly clock: Clock;
}

/** The entry of a stored blob, inserted if it is missing. @throws BlobgraphError BLOB_DELETED */
async function indexUserBlob({ store }: CommitDependencies, blob: UserBlobRecord): Promise<IndexEntry> {
  const { stored } = await store.insertEntry(entryOfUserBlob(blob), []);
  return stored ?? forgotten(store, blob);
}

/** Removes a blob that was deleted before. @throws BlobgraphError BLOB_DELETED */
async function forgotten(
  store: Pick<StateStore, 'eraseUserBlobs'>,
  { userId, id }: UserBlobRecord,
): Promise<never> {
  await store.eraseUserBlobs(userId, [id]);
  throw deletedBefore();
}

/** The blob already stored under the key, if any. @throws BlobgraphError USER_ERASING, IDEMPOTENCY_CONFLICT */
async function earlier(
  { store }: CreateBlobDependencies,
  userId: string,
  input: CreateBlobInput,
  maker: string | null,
) {
  const key = keyOf(input, maker);
  if (key === null) return undefined;
  await assertNotErasing(store, userId);
  const [stored] = await store.userBlobs(userId, [userBlobId(userId, key)]);
  if (stored) assertSameInput(stored, hashOf(input));
  return stored;
}

/**
 * Commits a new blob, unless it is there already.
 * @throws BlobgraphError USER_ERASING, IDEMPOTENCY_CONFLICT, BLOB_DELETED
 */
export async function commit(deps: CommitDependencies, blob: UserBlobRecord): Promise<IndexEntry> {
  const entry = entryOfUserBlob(blob);
  const stored = await deps.commit.insert({ blob, entry });
  if (stored.outcome === 'erasing') throw userErasing();
  if (stored.outcome === 'inserted') return stored.entry ?? forgotten(deps.store, blob);
  if (blob.inputHash !== null) assertSameInput(stored.blob, blob.inputHash);
  const existing = await indexUserBlob(deps, stored.blob);
  // Whoever stored it may have died before it was published.
  deps.nudge(blob.id);
  return existing;
}

/**
 * Stores a user's blob and its index entry. Writing the blob is the commit point: it includes the event that makes the
 * relay do the rest if this process dies.
 * @param maker the processor that creates it on the user's behalf; null: the user
 * @throws InputErrors, BlobgraphError of the input's codes; USER_ERASING; OVERLOADED while too many events are
 *   unpublished
 */
export async function createBlob(
  deps: CreateBlobDependencies,
  userId: string,
  input: CreateBlobInput,
  maker: string | null = null,
): Promise<IndexEntry> {
  checkBlobInput(input);
  let blob: UserBlobRecord;
  try {
    deps.intake.assertOpen();
    const key = keyOf(input, maker);
    blob = await makeRecord(deps, { userId, input, maker, key, createdAt: deps.clock.now() });
  } catch (error) {
    // One that is there already is answered in any case.
    const stored = await earlier(deps, userId, input, maker);
    if (!stored) throw error;
    return indexUserBlob(deps, stored);
  }
  return commit(deps, blob);
}
