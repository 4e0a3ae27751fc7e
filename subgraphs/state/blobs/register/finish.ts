import type { FinishedRun } from '../../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { changeIfThere } from '../../entries/changes.ts';
import type { IndexEntry } from '../../store/records.ts';
import { decideReport } from '../processing/report.ts';
import { type RegisterDependencies, type Registered, registerDerived } from './register.ts';

/** Completes the run, unless its blob has been deleted in the meantime. @throws BlobgraphError SERVICE_UNAVAILABLE */
async function complete(
  deps: RegisterDependencies,
  { run, user_id, processor_id, remote_blob_id, generation = 0 }: FinishedRun,
  read?: ReadonlyMap<string, IndexEntry>,
): Promise<void> {
  // A pending blob's own run was completed by its content.
  if (!run || run.blob_id === remote_blob_id) return;
  const report = { ...run, processor_id, state: 'COMPLETED', generation } as const;
  const decide = decideReport(deps.clock, report, { isEntered: true });
  await changeIfThere(deps, user_id, run.blob_id, decide, read?.get(run.blob_id));
}

const isResultDeleted = (error: unknown): boolean =>
  error instanceof BlobgraphError && error.code === 'BLOB_DELETED' && error.field === 'remote_blob_id';

/**
 * Registers the result of a run, then completes the run: two writes of one document each, both idempotent. If the
 * result is deleted in between, the run is still completed; otherwise it would be requested again for ever.
 * @throws BlobgraphError like {@link registerDerived}, SERVICE_UNAVAILABLE
 */
export async function finishRun(deps: RegisterDependencies, finished: FinishedRun): Promise<Registered> {
  // Nudged together, and in this order: as a rule, who hears that the run is completed has heard of its result.
  const written: string[] = [];
  const writing = { ...deps, nudge: (blobId: string) => written.push(blobId) };
  try {
    const registered = await registerDerived(writing, finished);
    await complete(writing, finished, registered.read);
    return registered;
  } catch (error) {
    if (isResultDeleted(error)) await complete(writing, finished);
    throw error;
  } finally {
    for (const blobId of written) deps.nudge(blobId);
  }
}
