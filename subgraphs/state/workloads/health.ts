import DataLoader from 'dataloader';
import { perRequest } from '../../../platform/collections/loaders.ts';
import type { Viewer } from '../../../platform/identity/service/caller.ts';
import { isOperator } from '../../../platform/identity/users/scopes.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import type { Workload } from '../store/scans.ts';
import { oldestSeconds, type Workloads } from './workloads.ts';

/** Of a request. */
interface Asking {
  readonly viewer: Viewer;
  readonly deps: { readonly workloads: Workloads; readonly clock: Clock };
}

const workloads = perRequest(
  ({ deps }: Asking) => new DataLoader<string, Workload>((ids) => deps.workloads.of(ids)),
);

/** A figure of all users' work: nobody but operators is told it. */
const forOperators =
  <T>(of: (workload: Workload, now: Date) => T) =>
  async ({ id }: { readonly id: string }, _args: unknown, asking: Asking): Promise<T | null> =>
    isOperator(asking.viewer) ? of(await workloads(asking).load(id), asking.deps.clock.now()) : null;

/** Resolvers of `ProcessorHealth`: the work that processors have. */
export const processorHealth = {
  queueDepth: forOperators(({ waiting }) => waiting),
  queueDepthIsExact: forOperators(({ isExact }) => isExact),
  oldestWaitingSeconds: forOperators(oldestSeconds),
  inWork: forOperators(({ inWork }) => inWork),
};
