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
import { LRUCache } from 'lru-cache';
import type { ErrorCode } from '../errors.ts';
import { exactLiteralsRule } from './exact-literals.ts';

function coded(error: GraphQLError, code: ErrorCode): GraphQLError {
  error.extensions['code'] ??= code;
  return error;
}

const unnamed = () =>
  new GraphQLError('Name the operation to run: `operationName` is missing, or names none of the document.', {
    extensions: { code: 'BAD_REQUEST' },
  });

function parsed(query: string, maxTokens: number | undefined): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxLexicalTokens: maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return coded(error, 'GRAPHQL_PARSE_FAILED');
  }
}

type Checked = DocumentNode | readonly GraphQLError[];

export type OperationCheck = (payload: SubscribePayload) => ExecutionArgs | readonly GraphQLError[];

/** Valid documents that are remembered: many clients send the same one. */
const REMEMBERED = 500;

/**
 * Checks operations that come by themselves, not by HTTP: parsed, validated and their variables coerced, they are
 * arguments of an execution; or else the answer is the errors that they are refused with, each with its code.
 */
export function createOperationCheck(
  schema: GraphQLSchema,
  limits: { readonly maxTokens?: number; readonly rules?: readonly ValidationRule[] } = {},
): OperationCheck {
  const valid = new LRUCache<string, DocumentNode>({ max: REMEMBERED });
  const rules = [...specifiedRules, exactLiteralsRule, ...(limits.rules ?? [])];

  function checkDocument(query: string): Checked {
    const known = valid.get(query);
    if (known) return known;
    const document = parsed(query, limits.maxTokens);
    if (document instanceof GraphQLError) return [document];
    const errors = validate(schema, document, rules);
    if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
    valid.set(query, document);
    return document;
  }

  return ({ query, operationName, variables }) => {
    const document = checkDocument(query);
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, operationName);
    if (!operation) return [unnamed()];
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
    if (errors) return errors.map((error) => coded(error, 'BAD_REQUEST'));
    return { schema, document, operationName, variableValues: variables };
  };
}
