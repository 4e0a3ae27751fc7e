import type * as apollo from '@apollo/query-planner';
import {
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type {
  DeferNode,
  FetchNode,
  Path,
  PlanNode,
  QueryPlan,
  RequiredSelection,
  Rewrite,
  SubscriptionNode,
} from './plan.ts';

type ApolloPlan = apollo.QueryPlan;
type ApolloFetch = apollo.FetchNode;
type ApolloRewrite = NonNullable<ApolloFetch['inputRewrites']>[number];
type ApolloSelection = NonNullable<ApolloFetch['requires']>[number];

const TYPE_CONDITION = '... on ';

/** Segments of a rewrite's path are keys, or `... on T`. */
const rewritePath = (path: readonly string[]): Path =>
  path.map((step) => (step.startsWith(TYPE_CONDITION) ? [step.slice(TYPE_CONDITION.length)] : step));

function rewrite(from: ApolloRewrite): Rewrite {
  const path = rewritePath(from.path);
  return from.kind === 'ValueSetter'
    ? { kind: 'ValueSetter', path, value: from.setValueTo }
    : { kind: 'KeyRenamer', path, renameKeyTo: from.renameKeyTo };
}

/** An aliased field is read, and represented, by its alias. */
function required(from: ApolloSelection): RequiredSelection {
  if (from.kind === 'Field') {
    const { name, alias = name, selections } = from;
    return { kind: 'Field', name: alias, ...(selections && { selections: selections.map(required) }) };
  }
  const { typeCondition, selections } = from;
  return {
    kind: 'InlineFragment',
    ...(typeCondition && { typeCondition }),
    selections: selections.map(required),
  };
}

function fetchOf(from: ApolloFetch): FetchNode {
  const { serviceName, operation, operationKind, variableUsages = [] } = from;
  const { requires, inputRewrites, outputRewrites, contextRewrites } = from;
  if (contextRewrites?.length) throw new Error('Arguments from a context (`@fromContext`) are not supported');
  return {
    kind: 'Fetch',
    serviceName,
    operation,
    operationKind,
    variableUsages,
    ...(requires && { requires: requires.map(required) }),
    ...(inputRewrites?.length && { inputRewrites: inputRewrites.map(rewrite) }),
    ...(outputRewrites?.length && { outputRewrites: outputRewrites.map(rewrite) }),
  };
}

const inlined = ({ selections }: SelectionSetNode): SelectionNode[] =>
  selections.flatMap((node) => (node.kind === Kind.INLINE_FRAGMENT ? inlined(node.selectionSet) : [node]));

/** A part that is deferred at the root is a fetch whose fields are in fragments on the root. */
function rootFetch(from: ApolloFetch): FetchNode {
  const document = parse(from.operation, { noLocation: true });
  const flat = visit(document, {
    OperationDefinition: (node) => ({
      ...node,
      selectionSet: { ...node.selectionSet, selections: inlined(node.selectionSet) },
    }),
  });
  return { ...fetchOf(from), operation: stripIgnoredCharacters(print(flat)) };
}

function planNode(from: apollo.PlanNode): PlanNode {
  switch (from.kind) {
    case 'Fetch':
      return fetchOf(from);
    case 'Flatten': {
      if (from.node.kind !== 'Fetch') throw new Error(`A path leads to ${from.node.kind} instead of a fetch`);
      if (from.path.length === 0 && !from.node.requires) return rootFetch(from.node);
      return { kind: 'Flatten', path: from.path.map(String), node: fetchOf(from.node) };
    }
    case 'Sequence':
    case 'Parallel':
      return { kind: from.kind, nodes: from.nodes.map(planNode) };
    case 'Defer':
      return deferNode(from);
    case 'Condition':
      throw new Error(`A plan has an unsupported node ${from.kind}`);
  }
}

/** The planner is given a label for each `@defer`. */
const deferNode = ({ primary, deferred }: apollo.DeferNode): DeferNode => ({
  kind: 'Defer',
  ...(primary.node && { primary: planNode(primary.node) }),
  deferred: deferred.map(({ label = '', queryPath, node }) => ({
    label,
    path: queryPath,
    ...(node && { node: planNode(node) }),
  })),
});

function subscription({ primary, rest }: apollo.SubscriptionNode): SubscriptionNode {
  return { kind: 'Subscription', primary: fetchOf(primary), ...(rest && { rest: planNode(rest) }) };
}

/** Converts a plan of Apollo's planner. @throws Error when it has unsupported nodes, e.g. of a condition */
export function fromApollo({ node }: ApolloPlan): QueryPlan {
  if (!node) return {};
  return { node: node.kind === 'Subscription' ? subscription(node) : planNode(node) };
}
