import { openApolloPlanner } from './planner.apollo.ts';
import type { Planner, PlannerOptions } from './planner.ts';
import { readSupergraph } from './supergraph.ts';

export interface CreatePlannerOptions extends PlannerOptions {
  /** Whose planner: Apollo's, or Hive's, which is loaded only when it is asked for. */
  readonly kind: 'apollo' | 'hive';
}

/** @throws SupergraphError when the SDL is none of a supergraph; Error when the planner does not take it */
export async function createPlanner({ kind, ...options }: CreatePlannerOptions): Promise<Planner> {
  readSupergraph(options.supergraphSdl);
  if (kind === 'apollo') return openApolloPlanner(options);
  const { openHivePlanner } = await import('./planner.hive.ts');
  return openHivePlanner(options);
}
