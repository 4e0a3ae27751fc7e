/** A gateway that answers in a process of its own. */
export interface Gateway {
  /** Its GraphQL endpoint. */
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface PeerDeps {
  /** Path of the supergraph, with its subgraphs' addresses. */
  readonly supergraph: string;
  /** Those addresses, by subgraph, without `/graphql`. */
  readonly urls: Readonly<Record<string, string>>;
  /** For what it writes; the development keys of identity are there. */
  readonly folder: string;
}

/** One way to serve a supergraph. */
export interface Peer {
  /** As the command line has it. */
  readonly id: string;
  /** As the report has it. */
  readonly name: string;
  /** Its runtime, with versions. */
  readonly versions: string;
  start(deps: PeerDeps): Promise<Gateway>;
}

/**
 * Client's headers that each hands on to subgraphs. The id is another in each request, and the user another in each of
 * those under way at once: who shares a fetch between equal requests finds none.
 */
export const FORWARDED = ['authorization', 'x-request-id'] as const;
