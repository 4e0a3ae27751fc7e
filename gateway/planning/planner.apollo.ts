import type { Logger } from '../../platform/logger.ts';
import { builtFile } from '../../platform/paths.ts';
import type { ApolloThreadData } from './apollo.worker.ts';
import type { Planner } from './planner.ts';
import { PlannerThread } from './thread.ts';
import { createTurns } from './turns.ts';

export interface ApolloPlannerOptions {
  /** Checked: see `readSupergraph`. */
  readonly supergraphSdl: string;
  readonly logger: Logger;
  /** Milliseconds that planning one operation may take. Default 10 s. */
  readonly timeoutMs?: number;
  /** Operations that may wait to be planned. Default 200. */
  readonly maxWaiting?: number;
}

/** It holds some 25 MB for our graph, and a third more while it plans the largest operations. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * Apollo's planner, in a thread: it takes a tenth of a second to start and milliseconds to seconds for an operation.
 * Runs the built code: see `builtFile`.
 * @throws Error when the planner does not take the supergraph
 */
export async function openApolloPlanner(options: ApolloPlannerOptions): Promise<Planner> {
  const { supergraphSdl, logger, timeoutMs = 10_000, maxWaiting = 200 } = options;
  const thread = new PlannerThread({
    module: builtFile('gateway/planning/apollo.worker.ts'),
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
