import { GraphQLError } from 'graphql';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { formatGraphQLError } from '../../platform/serving/graphql/format-error.ts';
import { graphQLErrorOf } from '../../platform/serving/graphql/graphql-error.ts';
import { OperationRefused } from '../../platform/serving/graphql/operation.ts';
import { describeError } from '../../platform/serving/http/http.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { ExecutionResult, LaterResult } from '../execution/executor.ts';

/** The answer to a client: a result, or only errors when the operation was not run. */
export type Answer = Omit<ExecutionResult, 'data'> & Partial<Pick<ExecutionResult, 'data'>>;

/** Formats a result for clients: errors get codes from the error table, and internal details go to the log. */
export function presentable({ errors, ...rest }: ExecutionResult, logger: Logger): ExecutionResult {
  if (!errors?.length) return rest;
  // Errors come first, where people see them.
  return { errors: errors.map((error) => formatGraphQLError(error, error, logger)), ...rest };
}

/** Formats a later part of an answer, as {@link presentable} does with the first. */
export const presentableLater = ({ incremental, ...rest }: LaterResult, logger: Logger): LaterResult => ({
  incremental: incremental.map((patch) => ({ ...patch, ...presentable(patch, logger) })),
  ...rest,
});

function errorsOf(error: unknown): readonly GraphQLError[] {
  if (error instanceof OperationRefused) return error.errors;
  if (error instanceof GraphQLError) return [error];
  const [described] = error instanceof BlobgraphError ? [] : (describeError(error) ?? []);
  if (described) return [new GraphQLError(described.message, { extensions: { code: described.code } })];
  return [graphQLErrorOf(error as Error)];
}

/** The answer for an error that was thrown instead of a result. */
export const presentableError = (error: unknown, logger: Logger): Answer => ({
  errors: errorsOf(error).map((each) => formatGraphQLError(each.toJSON(), each, logger)),
});
