import { hash } from 'node:crypto';
import {
  type DirectiveNode,
  type DocumentNode,
  type ExecutionArgs,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { BlobgraphError, type ErrorCode, shortMessage } from '../../errors/errors.ts';
import { KeptDocuments } from './documents.ts';
import { exactLiteralsRule } from './exact-literals.ts';
import { graphQLErrorOf } from './graphql-error.ts';

/** An operation is refused before anything of it is run, with at least one error. */
export class OperationRefused extends Error {
  override readonly name = 'OperationRefused';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join('\n'));
    this.errors = errors;
  }
}

/** A refusal with one of our own errors. */
export const refusedBy = (error: BlobgraphError): OperationRefused =>
  new OperationRefused([graphQLErrorOf(error)]);

/** SHA-256 of a text in UTF-8, as lower-case hexadecimal digits: what clients name a persisted query by. */
export const textHash = (text: string): string => hash('sha256', text, 'hex');

/** Bytes of an operation's text that a subgraph reads: what routers write is longer than what their clients do. */
export const SUBGRAPH_TEXT_BYTES = 256 * 1024;
/** Tokens of it. */
export const SUBGRAPH_TOKENS = 20_000;

/** The refusal of a text of more than so many bytes. */
export function longText(limit: number): OperationRefused {
  const what = `The operation's text is longer than ${limit} bytes.`;
  const fix = 'Send a shorter document: values belong into variables.';
  return refusedBy(new BlobgraphError('QUERY_TOO_COMPLEX', `${what} ${fix}`));
}

/**
 * To be called before a text is read: comments and strings are no tokens, however long they are.
 * @throws OperationRefused QUERY_TOO_COMPLEX
 */
export function refuseLongText(text: string, limit: number): void {
  // In UTF-8, a character takes three bytes for each of its units at most.
  if (text.length * 3 <= limit || (text.length <= limit && Buffer.byteLength(text) <= limit)) return;
  throw longText(limit);
}

/** The error, with this code where it has none. */
export function coded(error: GraphQLError, code: ErrorCode): GraphQLError {
  error.extensions['code'] ??= code;
  return error;
}

/** @throws OperationRefused */
export function parseDocument(text: string, maxTokens: number | undefined): DocumentNode {
  try {
    return parse(text, { maxLexicalTokens: maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new OperationRefused([coded(error, 'GRAPHQL_PARSE_FAILED')]);
  }
}

const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include']);

/** Conditions at the root of a selection, fragments included. */
function* conditionsAt(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  seen = new Set<string>(),
): Generator<DirectiveNode> {
  for (const selection of selections) {
    yield* (selection.directives ?? []).filter(({ name }) => CONDITIONS.has(name.value));
    if (selection.kind === Kind.INLINE_FRAGMENT) yield* conditionsAt(selection.selectionSet, fragments, seen);
    if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) continue;
    seen.add(selection.name.value);
    const fragment = fragments.get(selection.name.value);
    if (fragment) yield* conditionsAt(fragment.selectionSet, fragments, seen);
  }
}

/**
 * A subscription's only field may not depend on a condition (GraphQL specification, draft, 5.2.3.1). graphql-js 16 does
 * not know that rule; where the condition is a variable, its rule of the single field throws.
 */
function refuseConditionalSubscriptions({ definitions }: DocumentNode): void {
  const fragments = new Map(
    definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  const subscriptions = definitions.filter(
    (each): each is OperationDefinitionNode =>
      each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.SUBSCRIPTION,
  );
  const errors = subscriptions.flatMap(({ selectionSet }) =>
    [...conditionsAt(selectionSet, fragments)].map((directive) => {
      const message = `A subscription’s own field takes no \`@${directive.name.value}\`: do not subscribe instead.`;
      return coded(new GraphQLError(message, { nodes: directive }), 'GRAPHQL_VALIDATION_FAILED');
    }),
  );
  if (errors.length > 0) throw new OperationRefused(errors);
}

/** Holds a document against rules of its own, ahead of those of the specification. @throws OperationRefused */
export function refuseBeyond(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules: readonly ValidationRule[],
): void {
  const errors = validate(schema, document, rules);
  if (errors.length > 0)
    throw new OperationRefused(errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')));
}

/** @throws OperationRefused */
export function validateDocument(schema: GraphQLSchema, document: DocumentNode): void {
  refuseConditionalSubscriptions(document);
  refuseBeyond(schema, document, [...specifiedRules, exactLiteralsRule]);
}

/** @throws OperationRefused when the name is missing, or names none of the document */
export function selectOperation(
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation) return operation;
  const message = 'Name the operation to run: `operationName` is missing, or names none of the document.';
  const extensions = { code: 'BAD_REQUEST', field: 'operationName' };
  throw new OperationRefused([new GraphQLError(message, { extensions })]);
}

const VARIABLE_ERRORS = 10;

/** The message names the value, which may be long. */
const shortened = (error: GraphQLError): GraphQLError => {
  const message = shortMessage(error.message);
  return message === error.message ? error : new GraphQLError(message, { nodes: error.nodes ?? null });
};

/** The variables' values with the defaults of those that were not given. @throws OperationRefused */
export function coerceVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (variableDefinitions.length === 0) return {};
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, given, {
    maxErrors: VARIABLE_ERRORS,
  });
  if (coerced) return coerced;
  throw new OperationRefused(errors.map((error) => coded(shortened(error), 'BAD_REQUEST')));
}

export type OperationCheck = (payload: SubscribePayload) => ExecutionArgs | readonly GraphQLError[];

/**
 * Reads operations' texts: parsed and validated once, they are kept. The reader throws OperationRefused for a text that
 * is too long or not valid.
 */
export function createReader(schema: GraphQLSchema): (text: string) => DocumentNode {
  const valid = new KeptDocuments();
  return (text) => {
    refuseLongText(text, SUBGRAPH_TEXT_BYTES);
    const key = textHash(text);
    const known = valid.get(key);
    if (known) return known;
    const document = parseDocument(text, SUBGRAPH_TOKENS);
    validateDocument(schema, document);
    valid.set(key, document);
    return document;
  };
}

/**
 * Checks operations that come by themselves, not by HTTP: parsed, validated and their variables coerced, they are
 * arguments of an execution; or else the answer is the errors that they are refused with, each with its code.
 */
export function createOperationCheck(schema: GraphQLSchema): OperationCheck {
  const read = createReader(schema);
  return ({ query, operationName, variables }) => {
    try {
      const document = read(query);
      coerceVariables(schema, selectOperation(document, operationName), variables ?? {});
      return { schema, document, operationName, variableValues: variables };
    } catch (error) {
      if (error instanceof OperationRefused) return error.errors;
      throw error;
    }
  };
}
