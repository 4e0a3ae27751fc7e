import DataLoader from 'dataloader';
import { perRequest } from '../../../platform/collections/loaders.ts';
import { isOperator } from '../../../platform/identity/users/scopes.ts';
import type { Workload } from '../store/workloads.ts';
import { oldestSeconds } from '../workloads/workloads.ts';
import type { ProcessorHealthResolvers } from './graphql.generated.ts';
import type { Context, ProcessorModel } from './models.ts';

const workloads = perRequest(
  ({ deps }: Context) => new DataLoader<string, Workload>((ids) => deps.workloads.of(ids)),
);

/** A figure of all users' work: nobody but operators is told it. */
const forOperators =
  <T>(of: (workload: Workload, now: Date) => T) =>
  async ({ id }: ProcessorModel, _args: unknown, context: Context): Promise<T | null> =>
    isOperator(context.viewer) ? of(await workloads(context).load(id), context.deps.clock.now()) : null;

/** What processors have to do. */
export const processorHealth: ProcessorHealthResolvers = {
  queueDepth: forOperators(({ waiting }) => waiting),
  queueDepthIsExact: forOperators(({ isExact }) => isExact),
  oldestWaitingSeconds: forOperators(oldestSeconds),
  inWork: forOperators(({ inWork }) => inWork),
};
