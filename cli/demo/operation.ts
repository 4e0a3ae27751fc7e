/** A GraphQL operation with the types of its variables and its data. */
export interface Operation<Data, Variables> {
  readonly text: string;
  /** Whether data with errors of some fields, which are null then, is an answer. Default: it is a failure. */
  readonly mayLack?: boolean;
  /** Never set: carries the types. */
  readonly types?: (variables: Variables) => Data;
}

export const operation = <Data, Variables>(text: string): Operation<Data, Variables> => ({ text });

export interface UserError {
  /** The input's field; null: the error is of none. */
  readonly field: string | null;
  /** A code of docs/errors.md. */
  readonly code: string;
  readonly message: string;
}

export interface Payload {
  readonly userErrors: readonly UserError[];
}
