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
   * @throws GraphQLError when there is no plan for it
   */
  plan(operation: string): Promise<QueryPlan>;
  close(): Promise<void>;
}
