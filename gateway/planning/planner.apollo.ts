import { builtFile } from '../../platform/process/paths.ts';
import type { ApolloThreadData } from './planner.apollo.worker.ts';
import type { AdapterOptions, Planner } from './planner.ts';
import { PlannerThread } from './thread.ts';
import { createTurns } from './turns.ts';

/** For this project's graph, the heap holds 25 MB and the process grows by 45 to 60 MB. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * Opens Apollo's planner in a worker thread, because starting it takes a tenth of a second, and planning an operation
 * milliseconds to seconds. The thread runs the built code, see `builtFile`.
 * @throws Error when the planner rejects the supergraph
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
    tellsDeferred: true,
    plan: (operation) => inTurn(() => thread.plan(operation)),
    close: () => thread.close(),
  };
}
