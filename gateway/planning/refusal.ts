import { GraphQLError } from 'graphql';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';

/**
 * Why an operation has no plan: it is invalid, no subgraphs together have its fields (a fault of the supergraph or the
 * planner), or planning exceeds its limits.
 */
export interface Refusal {
  readonly kind: 'invalid' | 'unplannable' | 'too complex';
  /** In the planner's words. */
  readonly reason: string;
}

/** The error for the client. The planner's own reasons are logged. */
export function refused({ kind, reason }: Refusal, logger: Logger): GraphQLError | BlobgraphError {
  switch (kind) {
    case 'invalid':
      return new GraphQLError(reason, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    case 'unplannable':
      logger.warn({ reason }, 'operation refused: it has no plan');
      return new GraphQLError('The operation selects a field that no subgraph can resolve here.', {
        extensions: { code: 'INTERNAL' },
      });
    case 'too complex':
      logger.warn({ reason }, 'operation refused: planning exceeds its limits');
      return new BlobgraphError(
        'QUERY_TOO_COMPLEX',
        'Planning the operation exceeds its limits. Select less at once.',
      );
  }
}

/** The planner is closed, or its thread keeps failing. */
export const unavailable = (): BlobgraphError =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'The operation cannot be planned now. Try again later.');
