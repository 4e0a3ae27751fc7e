import { type ExecutionResult, execute, GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { statusOf } from '../../errors/errors.ts';
import type { Caller } from '../../identity/service/caller.ts';
import { assertMayWrite } from '../../identity/users/scopes.ts';
import { textWith } from '../../json/written.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { formatGraphQLError } from './format-error.ts';
import { graphQLErrorOf } from './graphql-error.ts';
import { coded, createReader, OperationRefused, selectOperation } from './operation.ts';
import {
  type Members,
  membersOfBody,
  noOperation,
  objectAt,
  operationNameOf,
  stringAt,
} from './parameters.ts';

/** A subgraph's answer to one request. */
export interface SubgraphAnswer {
  /** HTTP status: 200 as soon as anything of the operation was run. */
  readonly status: number;
  /** JSON. */
  readonly text: string;
}

/** How a request is run. */
export interface RunOptions {
  /** Refuses all but queries, as HTTP demands of a GET. Default: false. */
  readonly onlyQueries?: boolean;
}

/** A subgraph, whichever way its requests come. */
export interface Subgraph {
  readonly schema: GraphQLSchema;
  /** Runs one request: its body as parsed from JSON. Never rejects: what fails is told in the answer. */
  run(body: unknown, caller: Caller, options?: RunOptions): Promise<SubgraphAnswer>;
  /** The answer for a request that cannot be run. */
  refuse(error: unknown): SubgraphAnswer;
}

/** A subgraph's schema and context. */
export interface SubgraphDependencies<Context> {
  readonly schema: GraphQLSchema;
  /** The context of one request: an object of its own. @throws BlobgraphError when the caller may not ask at all */
  context(caller: Caller): Context;
  /** Called before anything of an operation runs, with its text. */
  begin?(context: Context, text: string): Promise<unknown> | undefined;
  readonly logger: Logger;
}

interface Request {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: Members;
}

/** A refusal with a status that its code does not tell. */
export class RefusedWith extends OperationRefused {
  readonly status: number;

  constructor(status: number, message: string) {
    super([new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })]);
    this.status = status;
  }
}

/** @throws BlobgraphError, OperationRefused */
function requestOf(body: unknown): Request {
  const members = membersOfBody(body);
  // Texts are not kept by their hashes; routers send them instead where that is refused.
  if (objectAt(members, 'extensions')?.['persistedQuery'])
    throw new RefusedWith(200, 'PersistedQueryNotSupported');
  const text = stringAt(members, 'query');
  if (!text) throw noOperation();
  const operationName = operationNameOf(members);
  return { text, operationName, variables: objectAt(members, 'variables') ?? {} };
}

/** @throws BlobgraphError FORBIDDEN; OperationRefused */
function assertMayRun(operation: OperationTypeNode, { viewer }: Caller, { onlyQueries }: RunOptions): void {
  if (onlyQueries && operation !== OperationTypeNode.QUERY)
    throw new RefusedWith(405, `GET requests only support query operations, not ${operation} operations`);
  if (viewer && operation === OperationTypeNode.MUTATION) assertMayWrite(viewer);
}

const errorsOf = (error: unknown): readonly GraphQLError[] =>
  error instanceof OperationRefused ? error.errors : [graphQLErrorOf(error as Error)];

/** A subgraph that answers by a schema. */
export function createSubgraph<Context>(deps: SubgraphDependencies<Context>): Subgraph {
  const { schema, logger } = deps;
  const read = createReader(schema);
  const shown = (error: GraphQLError) => formatGraphQLError(error.toJSON(), error, logger);

  function refuse(error: unknown): SubgraphAnswer {
    const errors = errorsOf(error).map(shown);
    const status = error instanceof RefusedWith ? error.status : statusOf(errors[0]?.extensions?.['code']);
    return { status, text: JSON.stringify({ errors }) };
  }

  function answerOf({ data, errors = [] }: ExecutionResult): SubgraphAnswer {
    if (errors.length === 0) return { status: 200, text: textWith({ data }) };
    // Before anything is run, only variables can be wrong.
    if (data === undefined)
      return refuse(new OperationRefused(errors.map((each) => coded(each, 'BAD_REQUEST'))));
    return { status: 200, text: textWith({ errors: errors.map(shown), data }) };
  }

  async function answer(body: unknown, caller: Caller, options: RunOptions): Promise<SubgraphAnswer> {
    const { text, operationName, variables } = requestOf(body);
    const document = read(text);
    assertMayRun(selectOperation(document, operationName).operation, caller, options);
    const contextValue = deps.context(caller);
    await deps.begin?.(contextValue, text);
    const result = execute({ schema, document, operationName, variableValues: variables, contextValue });
    return answerOf(await result);
  }

  return {
    schema,
    refuse,
    async run(body, caller, options = {}) {
      try {
        return await answer(body, caller, options);
      } catch (error) {
        return refuse(error);
      }
    },
  };
}
