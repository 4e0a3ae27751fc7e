import { type ASTNode, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import {
  type FetchNode,
  fetchesIn,
  mapDefer,
  type PlanNode,
  type QueryPlan,
  type SubscriptionNode,
} from './plan.ts';

/**
 * A fetch as clients are told of it. `operation` has no literals: texts are `"…"`, numbers 0, lists and input objects
 * empty, and variables have no defaults. Null where the plan is too long to be told whole.
 */
export interface ToldFetch
  extends Pick<FetchNode, 'kind' | 'serviceName' | 'operationKind' | 'variableUsages' | 'requires'> {
  readonly operation: string | null;
}

export type ToldNode = PlanNode<ToldFetch>;
export type ToldSubscription = SubscriptionNode<ToldFetch>;

/** A query plan as clients are told of it. */
export interface ToldPlan {
  /** Null when nothing has to be fetched, or the plan is too large to be told. */
  readonly plan: ToldNode | ToldSubscription | null;
  /** Present when parts of the plan are left out. */
  readonly planIsTruncated?: true;
}

/** Characters of a told plan's operations, and of all of it as JSON. */
const MAX_OPERATIONS = 128 * 1024;
const MAX_PLAN = 256 * 1024;

/** Literals may be content; of a custom scalar, so may the names within. What is left says which fields are asked for. */
const withoutLiterals = (document: ASTNode): ASTNode =>
  visit(document, {
    StringValue: (node) => ({ ...node, value: '…', block: false }),
    IntValue: (node) => ({ ...node, value: '0' }),
    FloatValue: (node) => ({ ...node, value: '0' }),
    ListValue: (node) => ({ ...node, values: [] }),
    ObjectValue: (node) => ({ ...node, fields: [] }),
    VariableDefinition: ({ defaultValue: _, ...node }) => node,
  });

const toldText = (operation: string): string =>
  stripIgnoredCharacters(print(withoutLiterals(parse(operation, { noLocation: true }))));

type Write = (operation: string) => string | null;

/** Characters of all operations of a plan. */
const charactersOf = (node: PlanNode | SubscriptionNode): number =>
  fetchesIn(node).reduce((sum, { operation }) => sum + operation.length, 0);

const toldFetch = (
  { kind, serviceName, operation, operationKind, variableUsages, requires }: FetchNode,
  write: Write,
): ToldFetch => ({
  ...{ kind, serviceName, operationKind, variableUsages },
  ...(requires && { requires }),
  operation: write(operation),
});

function toldNode(node: PlanNode, write: Write): ToldNode {
  switch (node.kind) {
    case 'Fetch':
      return toldFetch(node, write);
    case 'Flatten':
      return { ...node, node: toldFetch(node.node, write) };
    case 'Defer':
      return mapDefer(node, (each) => toldNode(each, write));
    default:
      return { kind: node.kind, nodes: node.nodes.map((each) => toldNode(each, write)) };
  }
}

function told(node: PlanNode | SubscriptionNode, write: Write): ToldNode | ToldSubscription {
  if (node.kind !== 'Subscription') return toldNode(node, write);
  const { kind, primary, rest } = node;
  return { kind, primary: toldFetch(primary, write), ...(rest && { rest: toldNode(rest, write) }) };
}

/** A plan as clients may be told of it: without content, and of bounded size. */
export function toldPlan({ node }: QueryPlan): ToldPlan {
  if (!node) return { plan: null };
  const isLong = charactersOf(node) > MAX_OPERATIONS;
  const plan = told(node, isLong ? () => null : toldText);
  if (JSON.stringify(plan).length > MAX_PLAN) return { plan: null, planIsTruncated: true };
  return { plan, ...(isLong && { planIsTruncated: true as const }) };
}
