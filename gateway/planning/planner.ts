import type { Logger } from '../../platform/telemetry/logger.ts';
import type { QueryPlan } from './plan/plan.ts';

/** Plans operations over the subgraphs of one supergraph. */
export interface Planner {
  /** The API schema as SDL: without inaccessible elements and federation's own types; as `createPlanner` gives it, with `@defer`. */
  readonly apiSchema: string;
  /**
   * Fields (`Interface.field`) that must be selected on all types at a place when they are selected on some. Otherwise,
   * the planner's plans send incomplete representations for them, or for fields beside them. Default: none.
   */
  readonly askedOfAll?: ReadonlySet<string>;
  /** Whether a plan has nodes for the `@defer` in its text, each of which has a label. Default: the text has none. */
  readonly tellsDeferred?: boolean;
  /**
   * Plans one valid operation: the text has no fragment definitions, no `@skip` or `@include` and no introspection.
   * @throws GraphQLError GRAPHQL_VALIDATION_FAILED when it is invalid, INTERNAL when no subgraphs have its fields;
   * BlobgraphError QUERY_TOO_COMPLEX when planning exceeds its limits, OVERLOADED when too many operations wait,
   * SERVICE_UNAVAILABLE when the planner is closed or fails
   */
  plan(operation: string): Promise<QueryPlan>;
  /** Idempotent. Plans in progress fail with SERVICE_UNAVAILABLE, as do later ones. */
  close(): Promise<void>;
}

/** Options of every adapter. */
export interface AdapterOptions {
  /** Accepted by `readSupergraph`: adapters do not check it. */
  readonly supergraphSdl: string;
  /** Gets reasons of refusals that the client is not told. */
  readonly logger: Logger;
  /** Milliseconds that planning one operation may take. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Operations that may wait to be planned. Default: 200. */
  readonly maxWaiting?: number;
}
