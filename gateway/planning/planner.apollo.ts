import { builtFile } from '../../platform/paths.ts';
import type { ApolloThreadData } from './planner.apollo.worker.ts';
import type { AdapterOptions, Planner } from './planner.ts';
import { PlannerThread } from './thread.ts';
import { createTurns } from './turns.ts';

/** For this project's graph it holds 25 MB, and the process takes 45 to 60 MB more for it. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * Apollo's planner, in a thread: it takes a tenth of a second to start and milliseconds to seconds for an operation.
 * Runs the built code: see `builtFile`.
 * @throws Error when the planner does not take the supergraph
 */
export async function openApolloPlanner(options: AdapterOptions): Promise<Planner> {
  const { supergraphSdl, logger, timeoutMs = 10_000, maxWaiting = 200 } = options;
  const thread = new PlannerThread({
    module: builtFile('gateway/planning/planner.apollo.worker.ts'),
    workerData: { supergraphSdl } satisfies ApolloThreadData,
    resourceLimits,
    timeoutMs,
    logger,
  });
  const inTurn = createTurns({ atOnce: 1, maxWaiting });
  return {
    apiSchema: await thread.apiSchema(),
    plan: (operation) => inTurn(() => thread.plan(operation)),
    close: () => thread.close(),
  };
}
