/**
 * An operation's text, typed by what it takes and answers; a plain string, so any client of GraphQL can send it. What it
 * stands for is told by the types alone.
 */
export type TypedDocument<Data, Variables> = string & {
  readonly __types?: (variables: Variables) => Data;
};
