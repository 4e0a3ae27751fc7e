import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { ErrorCode } from '../errors.ts';

function coded(error: GraphQLError, code: ErrorCode): GraphQLError {
  error.extensions['code'] ??= code;
  return error;
}

function parsed(query: string, maxTokens: number | undefined): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return coded(error, 'GRAPHQL_PARSE_FAILED');
  }
}

/**
 * An operation that has come by itself, not by HTTP: parsed, validated and its variables coerced, as arguments of
 * an execution; or the errors that it is refused with, each with its code.
 */
export function checkOperation(
  schema: GraphQLSchema,
  { query, operationName, variables }: SubscribePayload,
  limits: { readonly maxTokens?: number; readonly rules?: readonly ValidationRule[] } = {},
): ExecutionArgs | readonly GraphQLError[] {
  const document = parsed(query, limits.maxTokens);
  if (document instanceof GraphQLError) return [document];
  const invalid = validate(schema, document, [...specifiedRules, ...(limits.rules ?? [])]);
  if (invalid.length > 0) return invalid.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const message = 'Name the operation to run: `operationName` is missing, or names none of the document.';
    return [new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })];
  }
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
  if (errors) return errors.map((error) => coded(error, 'BAD_REQUEST'));
  return { schema, document, operationName, variableValues: variables };
}
