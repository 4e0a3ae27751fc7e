import { InputErrors, toUserErrors } from '../../platform/errors/errors.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import type {
  MutationResolvers,
  OperationUseResolvers,
  QueryResolvers,
  SchemaChangeUseResolvers,
  SubgraphOrigin,
  SupergraphResolvers,
  SupergraphSubgraphResolvers,
  SupergraphVersionResolvers,
} from './graphql.generated.ts';
import { BreakingChanges } from './supergraph/breaking.ts';
import type { Changed } from './supergraph/changing.ts';
import { parseAllowed } from './supergraph/given.ts';
import { MAX_VERSIONS } from './supergraph/store/store.ts';
import { operationName } from './usage/affected.ts';
import type { Concerns } from './usage/store.ts';

/** A payload's members where nothing was changed: what would have been, and why it was not. */
export const refusedChange = (error: unknown) => ({
  supergraph: null,
  changes: error instanceof BreakingChanges ? [...error.changes] : [],
  userErrors: [...toUserErrors(error)],
});

async function changed(work: () => Promise<Changed>) {
  try {
    const { supergraph, changes } = await work();
    return { supergraph, changes: [...changes], userErrors: [] };
  } catch (error) {
    return refusedChange(error);
  }
}

export const supergraphQuery: Pick<QueryResolvers, 'supergraph'> = {
  supergraph(_parent, _args, { caller }) {
    requireOperator(caller);
    return {};
  },
};

export const supergraphMutations: Pick<MutationResolvers, 'withdrawSubgraph' | 'rollbackSupergraph'> = {
  withdrawSubgraph(_parent, { processorId, allowBreaking }, { caller, supergraphs }) {
    requireOperator(caller);
    return changed(() => supergraphs.withdraw(processorId, parseAllowed(allowBreaking), caller));
  },
  rollbackSupergraph(_parent, { to }, { caller, supergraphs }) {
    requireOperator(caller);
    return changed(() => supergraphs.rollback(to, caller));
  },
};

const MAX_CONCERNS = 1_000;

/** @throws InputErrors VALIDATION_FAILED */
function parseConcerns(concerns: Concerns): Concerns {
  for (const field of ['coordinates', 'types'] as const)
    if (concerns[field].length > MAX_CONCERNS) {
      const message = `\`${field}\` must have at most ${MAX_CONCERNS} entries.`;
      throw new InputErrors([{ field, code: 'VALIDATION_FAILED', message }]);
    }
  return concerns;
}

/** @throws InputErrors VALIDATION_FAILED */
function limitOf(first: number): number {
  if (first >= 1 && first <= MAX_VERSIONS) return first;
  const message = `\`first\` must be from 1 to ${MAX_VERSIONS}.`;
  throw new InputErrors([{ field: 'first', code: 'VALIDATION_FAILED', message }]);
}

export const Supergraph: SupergraphResolvers = {
  current: (_parent, _args, { supergraphs }) => supergraphs.current(),
  history: (_parent, { first }, { supergraphs }) => supergraphs.history(limitOf(first)),
  problem: (_parent, _args, { supergraphs }) => supergraphs.problem(),
  recordedOperations: (_parent, _args, { supergraphs }) => supergraphs.recordedOperations(),
  operationsUsing: (_parent, concerns, { supergraphs }) =>
    supergraphs.operationsUsing(parseConcerns(concerns)),
};

export const SupergraphVersion: SupergraphVersionResolvers = {
  subgraphs: ({ subgraphs }) => [...subgraphs],
  changes: ({ changes }) => [...changes],
  sdl: (version, _args, { supergraphSdls }) =>
    'sdl' in version ? version.sdl : supergraphSdls.load(version.version),
};

export const SupergraphSubgraph: SupergraphSubgraphResolvers = {
  origin: ({ origin }) => origin.toUpperCase() as SubgraphOrigin,
  types: ({ types }) => [...types],
  sdl: ({ hash }, _args, { subgraphSdls }) => subgraphSdls.load(hash),
};

export const OperationUse: OperationUseResolvers = {
  operation: (operation) => operationName(operation),
  uses: ({ coordinates, types }) => [...new Set([...coordinates, ...types])],
};

export const SchemaChangeUse: SchemaChangeUseResolvers = {
  lastSeenAt: ({ lastSeenAt }) => new Date(lastSeenAt),
};
