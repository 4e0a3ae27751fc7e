/**
 * A query plan: the fetches from subgraphs, their order, and where their answers are merged. All planners' plans are
 * converted to this form, which follows Apollo's query plans
 * (https://www.apollographql.com/docs/graphos/reference/federation/query-plans).
 */
export interface QueryPlan {
  /** Absent when nothing has to be fetched. */
  readonly node?: PlanNode | SubscriptionNode;
}

/** `Fetch`: what is said of each fetch. Default: all of it. */
export type PlanNode<Fetch extends AnyFetch = FetchNode> =
  | SequenceNode<Fetch>
  | ParallelNode<Fetch>
  | FlattenNode<Fetch>
  | DeferNode<Fetch>
  | Fetch;

/** Nodes that run one after another. */
export interface SequenceNode<Fetch extends AnyFetch = FetchNode> {
  readonly kind: 'Sequence';
  readonly nodes: readonly PlanNode<Fetch>[];
}

export interface ParallelNode<Fetch extends AnyFetch = FetchNode> {
  readonly kind: 'Parallel';
  /** May run at once; mutations among them run last, one after another. */
  readonly nodes: readonly PlanNode<Fetch>[];
}

/** A fetch for the entities at a path of the data merged so far. */
export interface FlattenNode<Fetch extends AnyFetch = FetchNode> {
  readonly kind: 'Flatten';
  /** From the root of the data. */
  readonly path: Path;
  readonly node: Fetch;
}

/** Fetches for what is told first, and for what is told later. */
export interface DeferNode<Fetch extends AnyFetch = FetchNode> {
  readonly kind: 'Defer';
  /** Absent when nothing is fetched for what is told first. */
  readonly primary?: PlanNode<Fetch>;
  readonly deferred: readonly DeferredNode<Fetch>[];
}

/** Fetches for one `@defer`, which may start when what they need of the primary ones is there. */
export interface DeferredNode<Fetch extends AnyFetch = FetchNode> {
  /** The label of the `@defer` in the text that was planned. */
  readonly label: string;
  /** Where in the data it is, from the root: response keys, without items of lists. */
  readonly path: readonly string[];
  /** Absent when what is told first brings all of it. Within it may be what is told still later. */
  readonly node?: PlanNode<Fetch>;
}

export interface SubscriptionNode<Fetch extends AnyFetch = FetchNode> {
  readonly kind: 'Subscription';
  /** Answered by each event. */
  readonly primary: Fetch;
  /** The other fetches, run for each event. */
  readonly rest?: PlanNode<Fetch>;
}

/** A segment of a path: a response key, `@` for each item of a list, or types, one of which the object must have. */
export type PathSegment = string | readonly string[];
export type Path = readonly PathSegment[];

export type AnyFetch = Pick<FetchNode, 'kind'>;

export interface FetchNode {
  readonly kind: 'Fetch';
  /** The subgraph's name as the supergraph has it (`@join__graph(name:)`). */
  readonly serviceName: string;
  /** One GraphQL operation. For entities, its only root field is `_entities(representations: $representations)`. */
  readonly operation: string;
  readonly operationKind: 'query' | 'mutation' | 'subscription';
  /** The client's variables that it uses. */
  readonly variableUsages: readonly string[];
  /** The fields of an entity's representation; absent for a fetch from the root. */
  readonly requires?: readonly RequiredSelection[];
  /** Applied to representations before they are sent. */
  readonly inputRewrites?: readonly Rewrite[];
  /** Applied to each entity of the answer, or to its data, before it is merged. */
  readonly outputRewrites?: readonly Rewrite[];
}

export type RequiredSelection = RequiredField | RequiredFragment;

export interface RequiredField {
  readonly kind: 'Field';
  /** Its key in the data, and in the representation unless a rewrite renames it. */
  readonly name: string;
  /** Absent for a leaf. */
  readonly selections?: readonly RequiredSelection[];
}

export interface RequiredFragment {
  readonly kind: 'InlineFragment';
  /** Absent: objects of any type. */
  readonly typeCondition?: string;
  readonly selections: readonly RequiredSelection[];
}

/** A change at a path. Its types may be abstract. Lists on the path are traversed without an `@`. */
export type Rewrite = ValueSetter | KeyRenamer;

/** Sets the value at the end of the path. */
export interface ValueSetter {
  readonly kind: 'ValueSetter';
  readonly path: Path;
  readonly value: unknown;
}

/** Renames the key at the end of the path. */
export interface KeyRenamer {
  readonly kind: 'KeyRenamer';
  readonly path: Path;
  readonly renameKeyTo: string;
}

/** The node with the nodes within replaced. */
export const mapDefer = <From extends AnyFetch, To extends AnyFetch>(
  { kind, primary, deferred }: DeferNode<From>,
  map: (node: PlanNode<From>) => PlanNode<To>,
): DeferNode<To> => ({
  kind,
  ...(primary && { primary: map(primary) }),
  deferred: deferred.map(({ node, ...rest }) => ({ ...rest, ...(node && { node: map(node) }) })),
});

/** All fetches of a node, in order. */
export function fetchesIn<Fetch extends AnyFetch>(node: PlanNode<Fetch> | SubscriptionNode<Fetch>): Fetch[] {
  switch (node.kind) {
    case 'Fetch':
      return [node];
    case 'Flatten':
      return [node.node];
    case 'Subscription':
      return [node.primary, ...(node.rest ? fetchesIn(node.rest) : [])];
    case 'Defer':
      return [node.primary, ...node.deferred.map((each) => each.node)].flatMap((each) =>
        each ? fetchesIn(each) : [],
      );
    default:
      return node.nodes.flatMap((each) => fetchesIn(each));
  }
}
