import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Planner } from '../planning/planner.ts';
import type { Subgraphs } from './subgraphs.ts';

/** One operation of a valid document, with what was planned and compiled for it so far. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  /** About how much memory it takes. Grows when it is run with other conditions. */
  readonly bytes: number;
}

export interface ExecutionRequest<Context> {
  /** As the client sent them, known to fit (`getVariableValues` has no errors). */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Context;
  /** Of a subscription: its event, as the value of the root. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Whether to tell of the plan and its fetches in `extensions`. Default: false. */
  readonly explain?: boolean;
}

export interface ExecutionResult {
  /** Absent when the operation was refused before it began. */
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Runs operations of clients over subgraphs, by the plans of a planner. */
export interface Executor<Context> {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** @throws TypeError when the document has no such operation */
  prepare(document: DocumentNode, operationName?: string | null): PreparedOperation;
  execute(operation: PreparedOperation, request: ExecutionRequest<Context>): Promise<ExecutionResult>;
}

export declare function createExecutor<Context>(deps: {
  /** Built of the planner's `apiSchema`, with scalars that check their values where there are such. */
  schema: GraphQLSchema;
  planner: Planner;
  subgraphs: Subgraphs<Context>;
}): Executor<Context>;
