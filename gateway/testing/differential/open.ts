import { buildSchema } from 'graphql';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createExecutor } from '../../execution/executor.ts';
import { createPlanner, type PlannerOptions } from '../../planning/create-planner.ts';
import { createGraph } from './federated-graph.ts';
import { withoutHiveFaults } from './hive.ts';
import { createSubgraphs } from './resolvers.ts';
import { createDifferential, type Differential } from './run.ts';

/** The executor with one planner, compared with the merged schema. Disposing of it stops the planner. */
export async function openDifferential(
  kind: PlannerOptions['kind'],
): Promise<Differential & AsyncDisposable> {
  const graph = createGraph(kind === 'hive' ? withoutHiveFaults : []);
  // Only one operation runs at a time, so that log lines belong to it.
  let notes: string[] = [];
  let refusals: unknown[] = [];
  const planner = await createPlanner({
    kind,
    supergraphSdl: graph.supergraphSdl,
    logger: createLogger('warn', { write: (line) => void notes.push(line.trim()) }),
  });
  const executor = createExecutor({
    schema: buildSchema(planner.apiSchema),
    planner: {
      ...planner,
      async plan(operation) {
        notes.push(`planned ${operation}`);
        try {
          return await planner.plan(operation);
        } catch (error) {
          refusals.push(error);
          throw error;
        }
      },
    },
    subgraphs: createSubgraphs(graph),
  });
  const differential = createDifferential({
    apiSchema: planner.apiSchema,
    graph,
    federated({ document, variables }, trace) {
      ({ notes, refusals } = trace);
      return executor.execute(executor.prepare(document), {
        variables,
        context: trace,
        explain: trace.explain,
      });
    },
  });
  return { ...differential, [Symbol.asyncDispose]: () => planner.close() };
}
