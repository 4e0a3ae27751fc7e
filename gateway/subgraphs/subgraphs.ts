export interface SubgraphRequest {
  /** The subgraph's name as the supergraph has it. */
  readonly subgraph: string;
  /** JSON: `{ query, variables }`. */
  readonly body: string;
  /** Only a query may be sent again, or shared between operations. */
  readonly kind: 'query' | 'mutation';
  /** Nobody waits for the answer any more when it aborts. Default: somebody does. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls subgraphs on behalf of the caller in `Context`. */
export interface Subgraphs<Context> {
  /**
   * Resolves to the answer's body: JSON text, not validated.
   * @throws BlobgraphError SUBGRAPH_UNAVAILABLE when the subgraph does not answer in time, or not with GraphQL;
   * OVERLOADED when it has too many requests; DEADLINE_EXCEEDED when the operation's time is over; RESPONSE_TOO_LARGE
   * when the answer exceeds its limit
   */
  ask(request: SubgraphRequest, context: Context): Promise<string>;
}
