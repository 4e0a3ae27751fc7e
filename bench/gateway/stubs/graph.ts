/**
 * A field's value: a scalar, a list, an object of fields (with `__typename`), or a function of the field's arguments
 * that returns one.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | StubObject
  | ((args: Readonly<Record<string, unknown>>) => Value);

export interface StubObject {
  readonly [field: string]: Value;
}

/** A subgraph with fixed answers. */
export interface StubSubgraph {
  readonly name: string;
  /** Fields of `Query`. */
  readonly query: StubObject;
  /** The object that a representation stands for. */
  entity(representation: Readonly<Record<string, unknown>>): Value;
}

/** A graph whose subgraphs are stubs. */
export interface StubGraph {
  readonly subgraphs: readonly StubSubgraph[];
  /** Object types by interface. */
  readonly interfaces: Readonly<Record<string, readonly string[]>>;
}
