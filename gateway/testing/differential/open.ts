import { buildSchema, type DocumentNode } from 'graphql';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createExecutor, type ExecutionRequest, type Patch } from '../../execution/executor.ts';
import { createPlanner, type PlannerOptions } from '../../planning/create-planner.ts';
import { createGraph } from './federated-graph.ts';
import { withoutHiveFaults } from './hive.ts';
import { type AnswerInParts, differencesInParts, withDefers } from './in-parts.ts';
import { createSubgraphs, type Trace } from './resolvers.ts';
import { createDifferential, type Differential } from './run.ts';

export interface OpenOptions {
  /** Whether operations have `@defer`, and are told in parts. Default: neither. */
  readonly inParts?: boolean;
  /** Whether the planner is told of `@defer`, where it can be. Default: it is. */
  readonly plansDefer?: boolean;
}

export interface OpenDifferential extends Differential, AsyncDisposable {
  /** Parts that were told after the first. */
  readonly patches: () => number;
}

/** The executor with one planner, compared with the merged schema. Disposing of it stops the planner. */
export async function openDifferential(
  kind: PlannerOptions['kind'],
  { inParts = false, plansDefer = true }: OpenOptions = {},
): Promise<OpenDifferential> {
  const graph = createGraph(kind === 'hive' ? withoutHiveFaults : []);
  // Only one operation runs at a time, so that log lines belong to it.
  let notes: string[] = [];
  let refusals: unknown[] = [];
  let patches = 0;
  const planner = await createPlanner({
    kind,
    supergraphSdl: graph.supergraphSdl,
    logger: createLogger('warn', { write: (line) => void notes.push(line.trim()) }),
  });
  const { apiSchema } = planner;
  const executor = createExecutor({
    schema: buildSchema(apiSchema),
    planner: {
      ...planner,
      tellsDeferred: plansDefer && (planner.tellsDeferred ?? false),
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
  async function taken(document: DocumentNode, request: ExecutionRequest<Trace>): Promise<AnswerInParts> {
    const result = await executor.answerInParts(executor.prepare(document), request);
    if ('json' in result) return JSON.parse(result.json);
    const { later, ...first } = result;
    const found: Patch[] = [];
    for await (const { incremental } of later ?? []) found.push(...incremental);
    patches += found.length;
    return { ...first, patches: found };
  }
  const differential = createDifferential({
    apiSchema,
    graph,
    federated({ document, variables }, trace) {
      ({ notes, refusals } = trace);
      const request = { variables, context: trace, explain: trace.explain };
      return inParts ? taken(document, request) : executor.execute(executor.prepare(document), request);
    },
    ...(inParts && { alter: withDefers, differ: differencesInParts }),
  });
  return { ...differential, patches: () => patches, [Symbol.asyncDispose]: () => planner.close() };
}
