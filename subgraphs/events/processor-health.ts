import { canaryDurable } from '../../platform/clients/canary.ts';
import { isOperator } from '../../platform/identity/users/scopes.ts';
import { requireViewer } from '../../platform/serving/access/authenticate.ts';
import type { ProcessorHealthResolvers } from './graphql.generated.ts';
import type { Context, ProcessorModel } from './models.ts';
import type { Ended, EndedRuns } from './outcomes/ended.ts';

/** A figure of all users' work: nobody but operators is told it. */
const forOperators =
  <T>(of: (processor: ProcessorModel, context: Context) => T | Promise<T>) =>
  (processor: ProcessorModel, _args: unknown, context: Context): T | Promise<T> | null =>
    isOperator(requireViewer(context.caller)) ? of(processor, context) : null;

/** The runs that have ended, once the log is read. @throws when it cannot be opened */
async function endedRuns({ changeFeed, ended }: Context): Promise<EndedRuns> {
  await changeFeed();
  return ended;
}

const ended = (of: (counts: Ended) => number | null) =>
  forOperators(async ({ id }, context) => of((await endedRuns(context)).of(id)));

/** How processors fare with their work, as the log tells it. */
export const processorHealth: ProcessorHealthResolvers = {
  endedRuns: ended(({ completed, failed }) => completed + failed),
  failedRuns: ended(({ failed }) => failed),
  errorRate: ended(({ completed, failed }) =>
    completed + failed === 0 ? null : failed / (completed + failed),
  ),
  versions: forOperators(async ({ id }, context) =>
    (await endedRuns(context)).byVersion(id).map(({ version, completed, failed }) => ({
      ...{ version, endedRuns: completed + failed, failedRuns: failed },
      errorRate: completed + failed === 0 ? null : failed / (completed + failed),
    })),
  ),
  windowSeconds: forOperators(async (_processor, context) => (await endedRuns(context)).windowSeconds()),
  deadLetters: forOperators(async ({ id }, context) => {
    const letters = await context.letters();
    return (letters.get(id) ?? 0) + (letters.get(canaryDurable(id)) ?? 0);
  }),
};
