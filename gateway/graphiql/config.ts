/** An example that GraphiQL opens as a tab of its own. */
export interface ExampleOperation {
  /** The GraphQL name of the operation, which is also the tab's title. */
  name: string;
  query: string;
  /** Default: none. */
  variables?: Record<string, unknown>;
}

/** Answer of `GET /graphiql/config.json`. */
export interface GraphiqlConfig {
  /** A bearer token for the page's requests; null when users enter their own. */
  token: string | null;
  /** In the order of the tabs. */
  operations: ExampleOperation[];
}
