import { buildSchema } from 'graphql';
import { createLogger } from '../../../platform/logger.ts';
import { createExecutor } from '../../execution/executor.ts';
import { createPlanner, type PlannerOptions } from '../../planning/create-planner.ts';
import { createGraph } from './graph.ts';
import { createSubgraphs } from './resolvers.ts';
import { createDifferential, type Differential } from './run.ts';

/** Our executor by one planner, against the merged schema. Disposing of it stops the planner. */
export async function openDifferential(
  kind: PlannerOptions['kind'],
): Promise<Differential & AsyncDisposable> {
  const graph = createGraph();
  // One operation runs at a time: what is told belongs to it.
  let notes: string[] = [];
  const planner = await createPlanner({
    kind,
    supergraphSdl: graph.supergraphSdl,
    logger: createLogger('warn', { write: (line) => void notes.push(line.trim()) }),
  });
  const executor = createExecutor({
    schema: buildSchema(planner.apiSchema),
    planner: {
      ...planner,
      plan(operation) {
        notes.push(`planned ${operation}`);
        return planner.plan(operation);
      },
    },
    subgraphs: createSubgraphs(graph),
  });
  const differential = createDifferential({
    apiSchema: planner.apiSchema,
    graph,
    federated({ document, variables }, trace) {
      notes = trace.notes;
      return executor.execute(executor.prepare(document), {
        variables,
        context: trace,
        explain: trace.explain,
      });
    },
  });
  return { ...differential, [Symbol.asyncDispose]: () => planner.close() };
}
