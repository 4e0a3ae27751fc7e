import type { GraphQLFormattedError } from 'graphql';

/** A subgraph's answer. */
export interface SubgraphResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

type Representation = Readonly<Record<string, unknown>>;

/** Entities of one fetch: those that it is for, and where they stand among all. */
export interface Selected {
  readonly representations: readonly Representation[];
  /** The position of each representation among all entities. */
  readonly positions: readonly number[];
  readonly total: number;
}

/** Leaves out entities of other types: those whose representation has a type and no key. */
export function selectEntities(all: readonly Representation[]): Selected {
  const positions = all.flatMap((representation, position) =>
    Object.keys(representation).length > 1 ? [position] : [],
  );
  return {
    representations: positions.map((position) => all[position] ?? {}),
    positions,
    total: all.length,
  };
}

/** The result as if all entities had been asked for: null for those left out, errors at the right ones. */
export function spreadEntities(result: SubgraphResult, { positions, total }: Selected): SubgraphResult {
  const entities = result.data?.['_entities'];
  const spread: unknown[] = new Array(total).fill(null);
  if (Array.isArray(entities)) {
    for (const [index, position] of positions.entries()) spread[position] = entities[index];
  }
  const relocated = result.errors?.flatMap((error) => {
    const [root, index, ...rest] = error.path ?? [];
    if (root !== '_entities') return [error];
    // Without an index all of them failed.
    if (typeof index !== 'number') return positions.map((position) => ({ ...error, path: [root, position] }));
    return [{ ...error, path: [root, positions[index] ?? index, ...rest] }];
  });
  return {
    data: Array.isArray(entities) ? { _entities: spread } : (result.data ?? null),
    ...(relocated && { errors: relocated }),
  };
}
