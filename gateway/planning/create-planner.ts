import { print } from 'graphql';
import { openApolloPlanner } from './planner.apollo.ts';
import type { AdapterOptions, Planner } from './planner.ts';
import { DEFER } from './supergraph/defer.ts';
import { restoreArguments } from './supergraph/required-arguments.plan.ts';
import { separateRequiredArguments, withoutStandIns } from './supergraph/required-arguments.ts';
import { interfaceObjectFields, readSupergraph } from './supergraph/supergraph.ts';

export interface PlannerOptions extends AdapterOptions {
  /** Apollo's planner, or Hive's, which is loaded only when selected. */
  readonly kind: 'apollo' | 'hive';
}

/** @throws SupergraphError when the SDL is not a supergraph; Error when the planner rejects it */
export async function createPlanner({ kind, ...options }: PlannerOptions): Promise<Planner> {
  const document = readSupergraph(options.supergraphSdl);
  const separated = separateRequiredArguments(document);
  // For interface objects, Apollo's planner drops types on which a field with `@requires` is selected; Hive's drops
  // some types on which any field is.
  const askedOfAll = interfaceObjectFields(document, kind === 'apollo' ? 'requiring' : 'all');
  if (!separated) {
    const planner = await openPlanner({ kind, ...options });
    return { ...planner, askedOfAll, apiSchema: planner.apiSchema + DEFER };
  }
  const planner = await openPlanner({ kind, ...options, supergraphSdl: print(separated.document) });
  const { tellsDeferred = false } = planner;
  return {
    askedOfAll,
    tellsDeferred,
    apiSchema: withoutStandIns(planner.apiSchema, separated) + DEFER,
    plan: async (operation) => restoreArguments(await planner.plan(operation), separated),
    close: () => planner.close(),
  };
}

async function openPlanner({ kind, ...options }: PlannerOptions): Promise<Planner> {
  if (kind === 'apollo') return openApolloPlanner(options);
  const { openHivePlanner } = await import('./planner.hive.ts');
  return openHivePlanner(options);
}
