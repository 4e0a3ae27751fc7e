import type * as hive from '@graphql-hive/router-query-planner';
import { inlineFragments, separateFetches } from './plan.hive.operation.ts';
import type {
  FetchNode,
  FlattenNode,
  Path,
  PlanNode,
  QueryPlan,
  RequiredSelection,
  Rewrite,
} from './plan.ts';

type Requires = readonly hive.RequiresSelection[];

const flattenPath = (path: readonly hive.FlattenNodePathSegment[]): Path =>
  path.map((step) => (step === '@' ? step : 'Field' in step ? step.Field : step.TypeCondition));

const rewritePath = (path: readonly hive.FetchNodePathSegment[]): Path =>
  path.map((step) => ('Key' in step ? step.Key : step.TypenameEquals));

function rewrite(from: hive.FetchRewrite): Rewrite {
  if ('KeyRenamer' in from) {
    const { path, renameKeyTo } = from.KeyRenamer;
    return { kind: 'KeyRenamer', path: rewritePath(path), renameKeyTo };
  }
  const { path, setValueTo } = 'ValueSetter' in from ? from.ValueSetter : from;
  return { kind: 'ValueSetter', path: rewritePath(path), value: setValueTo };
}

function required(from: hive.RequiresSelection): RequiredSelection {
  switch (from.kind) {
    case 'Field':
      return {
        kind: 'Field',
        name: from.name,
        ...(from.selections && { selections: from.selections.map(required) }),
      };
    case 'InlineFragment':
      if (from.skipIf || from.includeIf)
        throw new Error('A required selection has a condition, which is not supported');
      return {
        kind: 'InlineFragment',
        typeCondition: from.typeCondition,
        selections: from.selections.map(required),
      };
    case 'FragmentSpread':
      throw new Error(`A required selection has a fragment, ${from.value}, which is not supported`);
  }
}

/** Renames from the keys under which fields were fetched to the names that the subgraph expects in representations. */
function aliases(requires: Requires, above: Path = []): Rewrite[] {
  return requires.flatMap((from) => {
    if (from.kind === 'FragmentSpread') return [];
    const path = [...above, from.kind === 'Field' ? from.name : [from.typeCondition]];
    const below = aliases(from.selections ?? [], path);
    // Rewrites below go first: their paths still have the old name.
    return from.kind === 'Field' && from.alias && from.alias !== from.name
      ? [...below, { kind: 'KeyRenamer', path, renameKeyTo: from.alias }]
      : below;
  });
}

/** The required fields of an entity fetch, and their rewrites. */
function representation({
  requires,
  inputRewrites = [],
}: Pick<hive.FetchNode, 'requires' | 'inputRewrites'>) {
  // Fetches from the root have rewrites, too, which do nothing.
  if (!requires) return {};
  const rewrites = [...aliases(requires), ...inputRewrites.map(rewrite)];
  return { requires: requires.map(required), ...(rewrites.length > 0 && { inputRewrites: rewrites }) };
}

const answer = ({ outputRewrites }: Pick<hive.FetchNode, 'outputRewrites'>) =>
  outputRewrites?.length ? { outputRewrites: outputRewrites.map(rewrite) } : {};

function fetchOf(from: hive.FetchNode): FetchNode {
  const { serviceName, operation, operationKind = 'query', variableUsages = [] } = from;
  return {
    kind: 'Fetch',
    serviceName,
    operation: inlineFragments(operation),
    operationKind,
    variableUsages,
    ...representation(from),
    ...answer(from),
  };
}

/** Splits a request with several entity fetches into its fetches. */
function batched({ serviceName, operation, entityBatch }: hive.BatchFetchNode): FlattenNode[] {
  const operations = separateFetches(operation);
  return entityBatch.aliases.flatMap((entities) => {
    const separate = operations.get(entities.alias);
    if (!separate) throw new Error(`There is no ${entities.alias} in ${operation}`);
    const node: FetchNode = {
      kind: 'Fetch',
      serviceName,
      operationKind: 'query',
      ...separate,
      ...representation(entities),
      ...answer(entities),
    };
    return entities.paths.map((path) => ({ kind: 'Flatten' as const, path: flattenPath(path), node }));
  });
}

const inOne = (kind: 'Sequence' | 'Parallel', nodes: readonly PlanNode[]): PlanNode =>
  nodes.length === 1 && nodes[0] ? nodes[0] : { kind, nodes };

function planNode(from: hive.PlanNode): PlanNode {
  switch (from.kind) {
    case 'Fetch':
      return fetchOf(from);
    case 'BatchFetch':
      return inOne('Parallel', batched(from));
    case 'Flatten':
      if (from.node.kind !== 'Fetch') throw new Error(`A path leads to ${from.node.kind} instead of a fetch`);
      return { kind: 'Flatten', path: flattenPath(from.path), node: fetchOf(from.node) };
    case 'Sequence':
    case 'Parallel':
      return inOne(from.kind, from.nodes.map(planNode));
    default:
      throw new Error(`A plan has an unsupported node ${from.kind}`);
  }
}

/** Converts a plan of Hive's planner. @throws Error when it has unsupported nodes, e.g. of `@defer` */
export function fromHive({ node }: hive.QueryPlan): QueryPlan {
  if (!node) return {};
  // A subscription is the first node of its plan, or the only one.
  const [first, ...rest] = node.kind === 'Sequence' ? node.nodes : [node];
  if (first?.kind !== 'Subscription') return { node: planNode(node) };
  return {
    node: {
      kind: 'Subscription',
      primary: fetchOf(first.primary),
      ...(rest.length > 0 && { rest: inOne('Sequence', rest.map(planNode)) }),
    },
  };
}
