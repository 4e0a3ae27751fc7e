import type { OperationDefinitionNode } from 'graphql';
import type { Values } from '../data/values.ts';

/** Entities that subgraphs answered earlier operations of the same caller with, and answers that were made of them. */
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
  /**
   * The printed answer to an operation whose every other part is kept; undefined where it is not kept, or the subgraph
   * told something else then.
   * @param question the operation with its variables @param told all that a subgraph was asked for it, and answered
   */
  answer(question: string, told: string): string | undefined;
  /** Keeps the printed answer, which has no errors and is made of what was told and of entities that were got here. */
  putAnswer(question: string, told: string, json: string): void;
}

/** Entities of one step that were kept, as the explanation of an operation reports them. */
export interface KeptTrace {
  readonly subgraph: string;
  /** The step's index. */
  readonly step: number;
  /** Number of entities that were not asked for. */
  readonly entities: number;
}
