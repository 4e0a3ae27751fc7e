import type { FinishedRun } from '../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import { changeEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import { type Registered, registerDerived } from '../derived/register.ts';
import { decideReport } from './processing.ts';

/**
 * Enters what a run made, then completes the run: two writes of one document each, both safe to do again. A run whose
 * blob has been deleted since is gone with it.
 * @throws BlobgraphError like {@link registerDerived}, SERVICE_UNAVAILABLE
 */
export async function finishRun(deps: StateDependencies, finished: FinishedRun): Promise<Registered> {
  const registered = await registerDerived(deps, finished);
  const { run, user_id, processor_id, remote_blob_id, generation = 0 } = finished;
  // A pending blob's own run was completed by its content.
  if (!run || run.blob_id === remote_blob_id) return registered;
  const report = { ...run, processor_id, state: 'COMPLETED', generation } as const;
  try {
    const known = registered.read.get(run.blob_id);
    await changeEntry(deps, user_id, run.blob_id, decideReport(deps, report), known);
  } catch (error) {
    if (!(error instanceof BlobgraphError) || error.code !== 'BLOB_NOT_FOUND') throw error;
  }
  return registered;
}
