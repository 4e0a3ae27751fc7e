import { z } from 'zod';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Processors';

export const CHANGES = 'changes { criticality message coordinate usedBy { operation count lastSeenAt } }';

/** A version without its text. */
export const VERSION = `version reason processorId rolledBackTo createdAt createdBy hash
  subgraphs { name url origin hash types }`;

const readSupergraph = defineRoute({
  method: 'GET',
  path: '/api/v1/supergraph',
  name: 'supergraph',
  tag: TAG,
  summary: 'The stored supergraph: what is served, with its text, and what was. For operators.',
  document: `query { supergraph {
    current { ${VERSION} sdl } problem recordedOperations history { ${VERSION} ${CHANGES} }
  } }`,
});

const rollbackSupergraph = defineRoute({
  method: 'POST',
  path: '/api/v1/supergraph/rollback',
  name: 'rollbackSupergraph',
  tag: TAG,
  summary: 'Serves the graph of a stored version again, as a new version. For operators.',
  body: z.object({
    to: z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .describe('The version to go back to.'),
  }),
  document: `mutation ($to: Int!) {
    rollbackSupergraph(to: $to) { supergraph { ${VERSION} } ${CHANGES} ${USER_ERRORS} }
  }`,
  variables: ({ body }) => ({ ...(body as object) }),
});

const withdrawSubgraph = defineRoute({
  method: 'POST',
  path: '/api/v1/processors/:id/withdraw-subgraph',
  name: 'withdrawSubgraph',
  tag: TAG,
  summary: 'Takes a processor’s SDL out of the graph; its declaration and its blobs stay. For operators.',
  body: z.object({
    allow_breaking: z
      .array(z.string())
      .optional()
      .describe('Schema coordinates that may break though operations use them. Default: none.'),
  }),
  document: `mutation ($id: ID!, $allowBreaking: [String!]! = []) {
    withdrawSubgraph(processorId: $id, allowBreaking: $allowBreaking) {
      supergraph { ${VERSION} } ${CHANGES} ${USER_ERRORS}
    }
  }`,
  variables: ({ path: { id }, body }) => {
    const { allow_breaking } = body as { allow_breaking?: readonly string[] };
    return { id, ...(allow_breaking ? { allow_breaking } : {}) };
  },
});

export const supergraphRoutes: readonly Route[] = [readSupergraph, rollbackSupergraph, withdrawSubgraph];
