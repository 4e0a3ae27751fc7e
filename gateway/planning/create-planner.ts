import type { Logger } from '../../platform/logger.ts';
import { openApolloPlanner } from './planner.apollo.ts';
import type { Planner } from './planner.ts';
import { readSupergraph } from './supergraph.ts';

export interface PlannerOptions {
  /** Whose planner: Apollo's, or Hive's, which is loaded only when it is asked for. */
  readonly kind: 'apollo' | 'hive';
  readonly supergraphSdl: string;
  readonly logger: Logger;
}

/** @throws SupergraphError when the SDL is none of a supergraph; Error when the planner does not take it */
export async function createPlanner({ kind, ...options }: PlannerOptions): Promise<Planner> {
  readSupergraph(options.supergraphSdl);
  if (kind === 'apollo') return openApolloPlanner(options);
  const { openHivePlanner } = await import('./planner.hive.ts');
  return openHivePlanner(options);
}
