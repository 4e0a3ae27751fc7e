import { type GraphQLScalarType, parse } from 'graphql';
import { type DeclaredSubscription, declaredSubscriptions } from '../../platform/subscriptions/declared.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { immutableSelections } from '../entity-cache/immutable.ts';
import { createExecutor } from '../execution/executor.ts';
import type { EntityCache } from '../execution/steps/kept-entities.ts';
import { type CostHints, costHintsOf } from '../limits/cost.ts';
import type { OperationLimits } from '../limits/limits.ts';
import type { MayRun } from '../operations/operation.ts';
import { createOperations, type Operations, type WarmOperations } from '../operations/operations.ts';
import { warm } from '../operations/warming.ts';
import { createPlanner, type PlannerOptions } from '../planning/create-planner.ts';
import type { Subgraphs } from '../subgraphs/subgraphs.ts';
import { createShaping } from '../usage/shape.ts';
import type { Usage } from '../usage/usage.ts';
import { clientSchema } from './schema.ts';

/** The subscription fields that a supergraph declares, by name. */
export type Declarations = Pick<ReadonlyMap<string, DeclaredSubscription>, 'get'>;

/** A supergraph, opened to run operations over its subgraphs. */
export interface Graph<Context> {
  readonly operations: Operations<Context>;
  readonly costHints: CostHints;
  readonly declarations: Declarations;
  /** Operations that still have to be planned fail with SERVICE_UNAVAILABLE from then on. */
  close(): Promise<void>;
}

/** A graph that can take the place of another. */
export interface OpenedGraph<Context> extends Graph<Context> {
  readonly operations: WarmOperations<Context>;
  /**
   * Plans what is in use with the graph before, and documents that may be asked for, until the signal aborts. Resolves to how many
   * documents are ready.
   */
  warm(before: OpenedGraph<Context>, texts: readonly string[], signal: AbortSignal): Promise<number>;
}

/** @throws Error when the planner rejects the supergraph; DeclarationFault for a subscription that is declared wrongly */
export async function openGraph<Context>(deps: {
  supergraphSdl: string;
  planner: PlannerOptions['kind'];
  subgraphs: Subgraphs<Context>;
  limits: OperationLimits;
  /** Custom scalars, by name. Others accept any value. Default: none. */
  scalars?: Readonly<Record<string, GraphQLScalarType>>;
  /** Keeps entities across operations, in memory. Default: none are kept. */
  entities?: Pick<EntityCache<Context>, 'open'> | undefined;
  /** Authorizes each run of an operation. Default: every run is allowed. */
  mayRun?: MayRun<Context>;
  /** Counts which operations are run. Default: nobody does. */
  usage?: Pick<Usage, 'of'> | undefined;
  logger: Logger;
}): Promise<OpenedGraph<Context>> {
  const { supergraphSdl, subgraphs, limits, logger } = deps;
  const document = parse(supergraphSdl, { noLocation: true });
  const declarations = declaredSubscriptions(document);
  const planner = await createPlanner({ kind: deps.planner, supergraphSdl, logger });
  const schema = clientSchema(planner.apiSchema, deps.scalars);
  const { entities: cache } = deps;
  const entities = cache && {
    mayKeep: immutableSelections(document),
    open: (context: Context) => cache.open(context),
  };
  const executor = createExecutor({ schema, planner, subgraphs, entities });
  const costHints = costHintsOf(document);
  const usage = deps.usage && { usage: deps.usage, shapeOf: createShaping(schema) };
  const operations = createOperations({ executor, costHints, limits, mayRun: deps.mayRun, usage });
  return {
    operations,
    costHints,
    declarations,
    warm: (before, texts, signal) => warm(operations, { used: before.operations.used(), texts, signal }),
    close: () => planner.close(),
  };
}
