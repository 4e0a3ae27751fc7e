import type { FinishedRun } from '../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import { changeEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import { type Registered, registerDerived } from '../derived/register.ts';
import type { IndexEntry } from '../documents.ts';
import { decideReport } from './processing.ts';

/** Completes the run, unless its blob has been deleted since: then the run is gone with it. @throws SERVICE_UNAVAILABLE */
async function complete(
  deps: StateDependencies,
  { run, user_id, processor_id, remote_blob_id, generation = 0 }: FinishedRun,
  read?: ReadonlyMap<string, IndexEntry>,
): Promise<void> {
  // A pending blob's own run was completed by its content.
  if (!run || run.blob_id === remote_blob_id) return;
  const report = { ...run, processor_id, state: 'COMPLETED', generation } as const;
  try {
    await changeEntry(
      deps,
      user_id,
      run.blob_id,
      decideReport(deps, report, { isEntered: true }),
      read?.get(run.blob_id),
    );
  } catch (error) {
    if (!(error instanceof BlobgraphError) || error.code !== 'BLOB_NOT_FOUND') throw error;
  }
}

const isResultDeleted = (error: unknown): boolean =>
  error instanceof BlobgraphError && error.code === 'BLOB_DELETED' && error.field === 'remote_blob_id';

/**
 * Enters what a run made, then completes the run: two writes of one document each, both safe to do again. The run of a
 * result that was deleted between the two is completed too, or it would be asked for again for ever.
 * @throws BlobgraphError like {@link registerDerived}, SERVICE_UNAVAILABLE
 */
export async function finishRun(deps: StateDependencies, finished: FinishedRun): Promise<Registered> {
  try {
    const registered = await registerDerived(deps, finished);
    await complete(deps, finished, registered.read);
    return registered;
  } catch (error) {
    if (isResultDeleted(error)) await complete(deps, finished);
    throw error;
  }
}
