export interface SubgraphRequest {
  /** The subgraph's name as the supergraph has it. */
  readonly subgraph: string;
  /** JSON: `{ query, variables }`. */
  readonly body: string;
  readonly kind: 'query' | 'mutation';
}

/** Asks subgraphs on behalf of whoever `Context` tells of. */
export interface Subgraphs<Context> {
  /**
   * The answer's body: JSON text, to be checked by the caller.
   * @throws BlobgraphError SUBGRAPH_UNAVAILABLE when the subgraph does not answer in time, or not with GraphQL;
   * OVERLOADED when it has too much in work; DEADLINE_EXCEEDED when the operation's time is over;
   * RESPONSE_TOO_LARGE when the answer is larger than allowed
   */
  ask(request: SubgraphRequest, context: Context): Promise<string>;
}
