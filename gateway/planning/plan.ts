/**
 * A query plan: what is asked of which subgraph, in which order, and where the answers go. The form that planners
 * share, after Apollo's query plans (https://www.apollographql.com/docs/graphos/reference/federation/query-plans).
 */
export interface QueryPlan {
  /** Absent when nothing needs to be asked. */
  readonly node?: PlanNode | SubscriptionNode;
}

export type PlanNode = SequenceNode | ParallelNode | FlattenNode | FetchNode;

/** Each node is run after the one before. */
export interface SequenceNode {
  readonly kind: 'Sequence';
  readonly nodes: readonly PlanNode[];
}

export interface ParallelNode {
  readonly kind: 'Parallel';
  readonly nodes: readonly PlanNode[];
}

/** A fetch for the entities at a path of what is known so far. */
export interface FlattenNode {
  readonly kind: 'Flatten';
  readonly path: Path;
  readonly node: FetchNode;
}

export interface SubscriptionNode {
  readonly kind: 'Subscription';
  /** Answered anew for each event. */
  readonly primary: FetchNode;
  /** The other fetches for each event. */
  readonly rest?: PlanNode;
}

/** A step down: a response key, `@` for each item of a list, or the types of which the objects must be. */
export type PathSegment = string | readonly string[];
export type Path = readonly PathSegment[];

export interface FetchNode {
  readonly kind: 'Fetch';
  /** The subgraph's name as the supergraph has it (`@join__graph(name:)`). */
  readonly serviceName: string;
  /** One GraphQL operation. For entities, with `$representations` as the argument of its only root field `_entities`. */
  readonly operation: string;
  readonly operationKind: 'query' | 'mutation' | 'subscription';
  /** The client's variables that it uses. */
  readonly variableUsages: readonly string[];
  /** The fields that represent an entity; absent for a fetch from the root. */
  readonly requires?: readonly RequiredSelection[];
  /** Applied to representations before they are sent. */
  readonly inputRewrites?: readonly Rewrite[];
  /** Applied to the answer (each entity, or else the data) before it is merged. */
  readonly outputRewrites?: readonly Rewrite[];
}

export type RequiredSelection = RequiredField | RequiredFragment;

export interface RequiredField {
  readonly kind: 'Field';
  readonly name: string;
  readonly selections?: readonly RequiredSelection[];
}

export interface RequiredFragment {
  readonly kind: 'InlineFragment';
  readonly typeCondition?: string;
  readonly selections: readonly RequiredSelection[];
}

/** Types of a path may be abstract. What is a list on the way is gone through without an `@`. */
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
