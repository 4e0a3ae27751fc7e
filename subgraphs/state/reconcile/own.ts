import { changeEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import { entryOfUserBlob, eventOf, STATE } from '../entry.ts';
import type { Finding } from './findings.ts';
import type { Owner } from './owners.ts';

/**
 * By how much the version of an entry grows that was set right. Where the index was restored from an older copy, events
 * of the versions that follow were published before, and the log would take those of a repair for them.
 */
export const REPAIR_STEP = 1_000;

/** Enters a user's blob into the index, or that it is there after all; erases one that was deleted. */
async function settle(deps: StateDependencies, { userId, id }: Finding): Promise<void> {
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
export const ownBlobs = (deps: StateDependencies): Owner => ({
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
