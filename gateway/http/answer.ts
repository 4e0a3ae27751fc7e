import type { FastifyReply } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { BlobgraphError, errorTable, isErrorCode } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { formatGraphQLError } from '../../platform/serving/graphql.ts';
import { describeError, RETRY_AFTER_SECONDS } from '../../platform/serving/http.ts';
import { OperationRefused } from '../../platform/serving/operation.ts';
import type { ExecutionResult } from '../execution/executor.ts';
import { acceptedType, type MediaType } from './media-type.ts';

/** A result as clients see it: the errors' codes from our table, and what is none of their business in the log. */
export function presentable({ errors, ...rest }: ExecutionResult, logger: Logger): ExecutionResult {
  if (!errors?.length) return rest;
  // Errors come first, so that people see them.
  return { errors: errors.map((error) => formatGraphQLError(error, error, logger)), ...rest };
}

const coded = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });

/** The errors of GraphQL that tell of an error thrown before there was a result. */
function errorsOf(error: unknown): readonly GraphQLError[] {
  if (error instanceof OperationRefused) return error.errors;
  if (error instanceof GraphQLError) return [error];
  const [described] = error instanceof BlobgraphError ? [] : (describeError(error) ?? []);
  if (described) return [coded(described.code, described.message)];
  return [new GraphQLError((error as Error).message, { originalError: error as Error })];
}

function statusOf({ extensions }: GraphQLFormattedError, type: MediaType): number {
  const code = extensions?.['code'];
  // Clients of persisted queries take it for an answer like any other, upon which they send the text.
  if (code === 'PERSISTED_QUERY_NOT_FOUND' && type === 'application/json') return 200;
  return isErrorCode(code) ? errorTable[code].status : 500;
}

/** The status that a result has by itself. */
function statusBy({ data, errors = [] }: ExecutionResult, type: MediaType): number {
  // A whole operation that was refused for overload is told so to clients that know only HTTP.
  const overloaded = !data && errors.some(({ extensions }) => extensions?.['code'] === 'OVERLOADED');
  if (overloaded) return errorTable.OVERLOADED.status;
  return data === undefined && errors[0] ? statusOf(errors[0], type) : 200;
}

/** Answers with a result, as `status` or the one that the result has by itself. */
export function sendResult(reply: FastifyReply, result: ExecutionResult, status?: number): FastifyReply {
  const type = acceptedType(reply.request.headers.accept) ?? 'application/json';
  const told = status ?? statusBy(result, type);
  if (told === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.status(told).header('content-type', `${type}; charset=utf-8`).send(JSON.stringify(result));
}

/** Answers with an error that came before there was a result, as `status` or the one of its code. */
export function sendError(
  reply: FastifyReply,
  error: unknown,
  { logger, status }: { logger: Logger; status?: number },
): FastifyReply {
  const errors = errorsOf(error).map((each) => formatGraphQLError(each.toJSON(), each, logger));
  return sendResult(reply, { errors }, status);
}
