import { GraphQLError } from 'graphql';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { formatGraphQLError } from '../../platform/serving/graphql.ts';
import { describeError } from '../../platform/serving/http.ts';
import { OperationRefused } from '../../platform/serving/operation.ts';
import type { ExecutionResult } from '../execution/executor.ts';

/** The answer to a client: a result, or the errors of an operation that did not begin. */
export type Answer = Omit<ExecutionResult, 'data'> & Partial<Pick<ExecutionResult, 'data'>>;

/** A result as clients see it: the errors' codes from our table, and what is none of their business in the log. */
export function presentable({ errors, ...rest }: ExecutionResult, logger: Logger): ExecutionResult {
  if (!errors?.length) return rest;
  // Errors come first, so that people see them.
  return { errors: errors.map((error) => formatGraphQLError(error, error, logger)), ...rest };
}

function errorsOf(error: unknown): readonly GraphQLError[] {
  if (error instanceof OperationRefused) return error.errors;
  if (error instanceof GraphQLError) return [error];
  const [described] = error instanceof BlobgraphError ? [] : (describeError(error) ?? []);
  if (described) return [new GraphQLError(described.message, { extensions: { code: described.code } })];
  return [new GraphQLError((error as Error).message, { originalError: error as Error })];
}

/** The answer that tells clients of an error which was thrown in the place of a result. */
export const presentableError = (error: unknown, logger: Logger): Answer => ({
  errors: errorsOf(error).map((each) => formatGraphQLError(each.toJSON(), each, logger)),
});
