import type { executeQueryPlan } from '@apollo/gateway';

type QueryPlan = Parameters<typeof executeQueryPlan>[0];
type AnyNode = NonNullable<QueryPlan['node']>;
type PlanNode = Exclude<AnyNode, { kind: 'Subscription' }>;
type FetchNode = Extract<PlanNode, { kind: 'Fetch' }>;

const typename = { kind: 'Field', name: '__typename' } as const;

/**
 * The executor leaves out entities that a fetch is not for, and then takes a position among those that are left for
 * one among all, so that errors point at the wrong entity. A representation of every entity, be it only its type,
 * keeps the two the same; `entities.ts` takes out again what is not asked for.
 */
function representAll(fetch: FetchNode): void {
  if (fetch.requires && !fetch.requires.includes(typename)) fetch.requires = [typename, ...fetch.requires];
}

function* fetchesOf(node: PlanNode | undefined): Generator<FetchNode> {
  if (node?.kind === 'Fetch') yield node;
  else if (node?.kind === 'Flatten') yield* fetchesOf(node.node);
  else if (node?.kind === 'Sequence' || node?.kind === 'Parallel') {
    for (const each of node.nodes) yield* fetchesOf(each);
  } else if (node?.kind === 'Condition') {
    yield* fetchesOf(node.ifClause);
    yield* fetchesOf(node.elseClause);
  }
}

/** A subscription's plan as one that can be run for an event: first what the event tells, then the rest. */
function inSequence(node: AnyNode): PlanNode {
  if (node.kind !== 'Subscription') return node;
  const { primary, rest } = node;
  return rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary;
}

/** Makes a plan, in place, one that the gateway's executor runs and whose errors point at the right entities. */
export function makeExecutable(plan: QueryPlan): void {
  if (!plan.node) return;
  const node = inSequence(plan.node);
  for (const fetch of fetchesOf(node)) representAll(fetch);
  plan.node = node;
}
