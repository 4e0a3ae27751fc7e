import { print } from 'graphql';
import { openApolloPlanner } from './planner.apollo.ts';
import type { AdapterOptions, Planner } from './planner.ts';
import { restoreArguments } from './supergraph/required-arguments.plan.ts';
import { separateRequiredArguments, withoutStandIns } from './supergraph/required-arguments.ts';
import { interfaceObjectFields, readSupergraph } from './supergraph/supergraph.ts';

export interface PlannerOptions extends AdapterOptions {
  /** Whose planner: Apollo's, or Hive's, which is loaded only when it is asked for. */
  readonly kind: 'apollo' | 'hive';
}

/** @throws SupergraphError when the SDL is none of a supergraph; Error when the planner does not take it */
export async function createPlanner({ kind, ...options }: PlannerOptions): Promise<Planner> {
  const document = readSupergraph(options.supergraphSdl);
  const separated = separateRequiredArguments(document);
  // Where an interface object is, Apollo's loses the types of which something is asked that requires more; Hive's loses
  // some of the types of which anything is.
  const askedOfAll = interfaceObjectFields(document, kind === 'apollo' ? 'requiring' : 'all');
  if (!separated) return { ...(await openPlanner({ kind, ...options })), askedOfAll };
  const planner = await openPlanner({ kind, ...options, supergraphSdl: print(separated.document) });
  return {
    askedOfAll,
    apiSchema: withoutStandIns(planner.apiSchema, separated),
    plan: async (operation) => restoreArguments(await planner.plan(operation), separated),
    close: () => planner.close(),
  };
}

async function openPlanner({ kind, ...options }: PlannerOptions): Promise<Planner> {
  if (kind === 'apollo') return openApolloPlanner(options);
  const { openHivePlanner } = await import('./planner.hive.ts');
  return openHivePlanner(options);
}
