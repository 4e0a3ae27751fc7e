import type { Caller, Viewer } from '../../../platform/identity/service/caller.ts';
import { requireOperator } from '../../../platform/serving/access/authenticate.ts';
import {
  type Reprocessing,
  type ReprocessingDependencies,
  readReprocessing,
  reprocessingState,
} from './reprocessing.ts';

/** Of a request. */
interface Asking {
  readonly caller: Caller;
  readonly viewer: Viewer;
  readonly deps: Pick<ReprocessingDependencies, 'store'>;
}

/** The operator, or the caller's own: whose walk is asked for. @throws BlobgraphError UNAUTHENTICATED, FORBIDDEN */
export function whose({ caller, viewer }: Omit<Asking, 'deps'>, allUsers: boolean | null = false) {
  if (!allUsers) return viewer.userId;
  requireOperator(caller);
  return null;
}

export const reprocessingQuery = {
  reprocessing(
    _root: unknown,
    { processorId, allUsers }: { processorId: string; allUsers?: boolean | null },
    asking: Asking,
  ) {
    return readReprocessing(asking.deps, processorId, whose(asking, allUsers ?? false));
  },
};

export const reprocessingFields = {
  processorId: ({ details }: Reprocessing) => details.processorId,
  state: reprocessingState,
  total: ({ details }: Reprocessing) => details.total,
  failedRuns: ({ details }: Reprocessing) => details.failedRuns,
  runsPerMinute: ({ details }: Reprocessing) => details.runsPerMinute,
  version: ({ details }: Reprocessing) => details.version,
  allUsers: ({ details }: Reprocessing) => details.userId === null,
};
