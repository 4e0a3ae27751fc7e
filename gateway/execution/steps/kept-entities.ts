import type { OperationDefinitionNode } from 'graphql';
import type { Values } from '../data/values.ts';

/** Entities that subgraphs answered earlier operations of the same caller with. */
export interface EntityCache<Context> {
  /** Whether what a fetch of entities selects may be kept, because it never changes. */
  mayKeep(fetch: OperationDefinitionNode): boolean;
  /** Opens the cache for one operation, before its first request. */
  open(context: Context): KeptEntities;
}

/** The entity cache as one operation sees it. A `selection` names subgraph, fields and arguments. */
export interface KeptEntities {
  /** The subgraph's answer; undefined where it is not kept. Copy it before changing it. */
  get(selection: string, representation: string): Values | undefined;
  /** Keeps a copy of the subgraph's answer, which came without errors. */
  put(selection: string, representation: string, entity: Values): void;
}

/** Entities of one step that were kept, as the explanation of an operation reports them. */
export interface KeptTrace {
  readonly subgraph: string;
  /** The step's index. */
  readonly step: number;
  /** Number of entities that were not asked for. */
  readonly entities: number;
}
