import { GraphQLError } from 'graphql';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';

/**
 * Why an operation is not planned: it does not fit the schema, no subgraphs have all of it together (which is a fault
 * of the supergraph, or of the planner), or it takes more than is allowed.
 */
export interface Refusal {
  readonly kind: 'invalid' | 'unplannable' | 'too complex';
  /** In the planner's words. */
  readonly reason: string;
}

/** The refusal as the client sees it. The planner's words for its own faults are logged. */
export function refused({ kind, reason }: Refusal, logger: Logger): GraphQLError | BlobgraphError {
  switch (kind) {
    case 'invalid':
      return new GraphQLError(reason, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    case 'unplannable':
      logger.warn({ reason }, 'an operation has no plan and is refused');
      return new GraphQLError('The operation asks for a field that no subgraph can give here.', {
        extensions: { code: 'INTERNAL' },
      });
    case 'too complex':
      logger.warn({ reason }, 'planning an operation takes too much and is given up');
      return new BlobgraphError(
        'QUERY_TOO_COMPLEX',
        'Planning the operation takes more than is allowed. Ask for less at once.',
      );
  }
}

/** The planner was closed, or its thread ends again and again. */
export const unavailable = (): BlobgraphError =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'The operation cannot be planned now. Try again later.');
