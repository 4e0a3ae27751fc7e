import type { ProcessingReport, StateClient } from '../../clients/state.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { isSourceGone, refusedForGood } from '../runs/decide.ts';
import type { ArtifactEntry } from './journal.ts';

type Told = Pick<ProcessingReport, 'state' | 'error'>;

/** The members of each report on a try of an artifact. */
export const tellAs = (processorId: string, { blobId, name, attempt }: ArtifactEntry) => ({
  blob_id: blobId,
  processor_id: processorId,
  artifact: name,
  attempt,
});

/** Tells the index of artifacts: each is a run on its blob. */
export interface ArtifactTeller {
  /** Reports to the index; true also when the index will never take the report. The artifact does not depend on it. */
  tell(entry: ArtifactEntry, told: Told): Promise<boolean>;
}

export function createTeller(deps: {
  readonly processorId: string;
  readonly state: Pick<StateClient, 'report'>;
  readonly logger: Logger;
}): ArtifactTeller {
  const { processorId, state, logger } = deps;
  return {
    async tell(entry, told) {
      try {
        await state.report(entry.userId, { ...tellAs(processorId, entry), ...told });
        return true;
      } catch (error) {
        logger.warn({ err: error, blobId: entry.blobId }, 'reporting the run of an artifact failed');
        return isSourceGone(error) || refusedForGood(error);
      }
    },
  };
}
