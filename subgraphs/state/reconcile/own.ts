import { type ChangeDependencies, changeEntry } from '../entries/changes.ts';
import { entryOfUserBlob, eventOf, STATE } from '../entries/entry.ts';
import type { StateStore } from '../store/store.ts';
import type { Finding } from './findings.ts';
import type { Owner } from './owners.ts';

/**
 * How much a repair raises an entry's version. When the index was restored from an older copy, events with the next
 * versions may already have been published, and the log would drop those of a repair as duplicates.
 */
export const REPAIR_STEP = 1_000;

export interface OwnBlobDependencies extends ChangeDependencies {
  readonly store: ChangeDependencies['store'] &
    Pick<StateStore, 'userBlobScan' | 'userBlobs' | 'insertEntry' | 'eraseUserBlobs'>;
}

/** Inserts the entry of a user's blob, or marks its content as present; erases a deleted blob. */
async function settle(deps: OwnBlobDependencies, { userId, id }: Finding): Promise<void> {
  const [blob] = await deps.store.userBlobs(userId, [id]);
  if (!blob) return;
  const entry = { ...entryOfUserBlob(blob), version: REPAIR_STEP };
  const created = eventOf(entry, 'created', deps.clock.now(), { planned: blob.expectedProcessorIds });
  const { stored, inserted } = await deps.store.insertEntry(entry, [created]);
  if (!stored) return deps.store.eraseUserBlobs(userId, [id]);
  if (inserted) return deps.nudge(id);
  await changeEntry(deps, userId, id, ({ contentMissingSince }) =>
    contentMissingSince === null
      ? null
      : {
          events: [{ kind: 'created', planned: [] }],
          content: { contentMissingSince: null },
          step: REPAIR_STEP,
        },
  );
}

/** State as the owner of users' own blobs. */
export const ownBlobs = (deps: OwnBlobDependencies): Owner => ({
  ...deps.store.userBlobScan,
  async lost(ids) {
    const there = new Set(await deps.store.userBlobScan.existing(ids));
    return ids.filter((id) => !there.has(id));
  },
  processorId: STATE,
  version: null,
  async settle(blobs) {
    for (const blob of blobs) await settle(deps, blob);
  },
});
