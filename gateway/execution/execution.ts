import type { GraphQLFormattedError } from 'graphql';

export interface ExecutionRequest<Context> {
  /** Coerced values: `getVariableValues` found no errors. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Passed on to the subgraphs. */
  readonly context: Context;
  /** For a subscription: the event, as its root value. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Whether `extensions` contain the plan and its requests. Default: false. */
  readonly explain?: boolean;
  /** Called with the approximate bytes of the answer, before it is returned. */
  readonly measured?: (bytes: number) => void;
  /** For an answer in parts: nobody takes the next when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

export interface ExecutionResult {
  /** Null when an error nulls the whole result. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** Absent without errors. */
  readonly errors?: readonly GraphQLFormattedError[];
  /** The told plan, `requests` and `kept`; only with `explain`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The JSON of a whole result, which has no errors. */
export interface PrintedResult {
  readonly json: string;
}
