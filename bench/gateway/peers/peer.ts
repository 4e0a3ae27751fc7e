/** A running gateway, as a process of its own. */
export interface Gateway {
  /** URL of its GraphQL endpoint. */
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface PeerDeps {
  /** Path of the supergraph SDL, with the subgraphs' URLs. */
  readonly supergraph: string;
  /** Base URLs of the subgraphs, by name, without `/graphql`. */
  readonly urls: Readonly<Record<string, string>>;
  /** A folder to write to, with the development keys. */
  readonly folder: string;
}

/** A gateway to compare. */
export interface Peer {
  /** Id on the command line. */
  readonly id: string;
  /** Name in the report. */
  readonly name: string;
  /** Its runtime, with versions. */
  readonly versions: string;
  start(deps: PeerDeps): Promise<Gateway>;
}

/**
 * Headers that each peer passes on to subgraphs. Ids differ between all requests, and users between concurrent ones,
 * so that gateways which share fetches of equal requests find none.
 */
export const FORWARDED = ['authorization', 'x-request-id'] as const;
