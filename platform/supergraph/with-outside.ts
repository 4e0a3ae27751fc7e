import { stubOf } from './outside.ts';

/** A subgraph by its SDL. */
export interface SubgraphSdl {
  readonly name: string;
  /** Where its GraphQL answers, with the path. */
  readonly url: string;
  readonly sdl: string;
}

/** A processor's subgraph from outside. */
export interface OutsideSdl extends SubgraphSdl {
  /** The types of its blobs: one, but in graphs that were composed elsewhere. */
  readonly types: readonly string[];
}

/** The subgraph that refers to every type of blobs, by stubs. */
const STATE = 'state';

/**
 * The system's subgraphs with processors from outside, and stubs of their types in state's. A processor with the name of
 * one of ours replaces it, and has its stub there already.
 */
export function withOutside<Own extends SubgraphSdl, Outside extends OutsideSdl>(
  own: readonly Own[],
  outside: readonly Outside[],
): (Own | Outside)[] {
  const ours = new Set(own.map(({ name }) => name));
  const replaced = new Set(outside.map(({ name }) => name));
  const stubs = outside
    .filter(({ name }) => !ours.has(name))
    .flatMap(({ name, types }) => types.map((type) => stubOf({ subgraph: name, type })));
  const kept = own.filter(({ name }) => !replaced.has(name));
  return [
    ...kept.map((each) => (each.name === STATE ? { ...each, sdl: [each.sdl, ...stubs].join('\n') } : each)),
    ...outside,
  ];
}
