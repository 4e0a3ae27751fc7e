import type { GraphQLScalarType } from 'graphql';
import type { Logger } from '../platform/logger.ts';
import { createExecutor } from './execution/executor.ts';
import { costHintsOf } from './operations/cost.ts';
import type { OperationLimits } from './operations/limits.ts';
import { createOperations, type Operations } from './operations/operations.ts';
import { clientSchema } from './operations/schema.ts';
import { createPlanner, type PlannerOptions } from './planning/create-planner.ts';
import type { Subgraphs } from './subgraphs/subgraphs.ts';

/** A supergraph, ready to run operations over its subgraphs. */
export interface Graph<Context> {
  readonly operations: Operations<Context>;
  close(): Promise<void>;
}

/** @throws Error when the planner does not take the supergraph */
export async function openGraph<Context>(deps: {
  supergraphSdl: string;
  planner: PlannerOptions['kind'];
  subgraphs: Subgraphs<Context>;
  limits: OperationLimits;
  /** Scalars that check their values, by name; others take any value. Default: none. */
  scalars?: Readonly<Record<string, GraphQLScalarType>>;
  logger: Logger;
}): Promise<Graph<Context>> {
  const { supergraphSdl, subgraphs, limits, logger } = deps;
  const planner = await createPlanner({ kind: deps.planner, supergraphSdl, logger });
  const schema = clientSchema(planner.apiSchema, deps.scalars);
  const executor = createExecutor({ schema, planner, subgraphs });
  return {
    operations: createOperations({ executor, costHints: costHintsOf(supergraphSdl), limits }),
    close: () => planner.close(),
  };
}
