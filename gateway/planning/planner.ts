import type { Logger } from '../../platform/logger.ts';
import type { QueryPlan } from './plan.ts';

/** Plans operations over the subgraphs of one supergraph. */
export interface Planner {
  /** The schema that clients see, as SDL: without what is inaccessible and without federation's own types. */
  readonly apiSchema: string;
  /**
   * `Interface.field` of what is to be asked of the objects of all types that are at a place, when it is asked of some:
   * else the planner's plans ask for it, or for fields beside it, by representations that lack something. Default: none.
   */
  readonly askedOfAll?: ReadonlySet<string>;
  /**
   * Plans one valid operation: the text has no fragment definitions, no `@skip` or `@include` and no introspection.
   * @throws GraphQLError when there is no plan for it, by its code because it is not valid (GRAPHQL_VALIDATION_FAILED)
   * or because no subgraphs have what it asks for (INTERNAL); BlobgraphError QUERY_TOO_COMPLEX when planning takes
   * more than is allowed; OVERLOADED when too many wait; SERVICE_UNAVAILABLE when the planner is closed or broken
   */
  plan(operation: string): Promise<QueryPlan>;
  close(): Promise<void>;
}

/** Options of every adapter. */
export interface AdapterOptions {
  /** As `readSupergraph` takes it: adapters do not check it. */
  readonly supergraphSdl: string;
  readonly logger: Logger;
  /** Milliseconds that planning one operation may take. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Operations that may wait to be planned. Default: 200. */
  readonly maxWaiting?: number;
}
