import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface GraphQLFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly [name: string]: unknown };
}

export interface GraphQLResult<Data> {
  readonly data: Data | null;
  readonly errors?: readonly GraphQLFault[];
}

/** A user's client of the graph, over HTTP and graphql-ws. */
export interface GraphClient {
  readonly token: string;
  /** Base URL of the gateway. */
  readonly gateway: string;
  /** The answer, errors included. */
  request<Data>(query: string, variables?: Record<string, unknown>): Promise<GraphQLResult<Data>>;
  /** The answer's data. @throws when it has errors */
  query<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** A subscription's events; returning the iterator ends it. */
  subscribe<Data>(
    query: string,
    variables?: Record<string, unknown>,
  ): AsyncIterableIterator<GraphQLResult<Data>>;
  close(): Promise<void>;
}

export function createGraphClient(gateway: string, token: string): GraphClient {
  const authorization = `Bearer ${token}`;
  let socket: Client | undefined;
  async function request<Data>(
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphQLResult<Data>> {
    const answer = await fetch(`${gateway}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query, variables }),
    });
    return (await answer.json()) as GraphQLResult<Data>;
  }
  return {
    token,
    gateway,
    request,
    async query<Data>(query: string, variables?: Record<string, unknown>) {
      const { data, errors } = await request<Data>(query, variables);
      if (errors || data === null) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
      return data;
    },
    subscribe<Data>(query: string, variables?: Record<string, unknown>) {
      socket ??= createClient({
        url: `${gateway.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization },
        retryAttempts: 0,
      });
      const operation = variables ? { query, variables } : { query };
      return socket.iterate<Data>(operation) as AsyncIterableIterator<GraphQLResult<Data>>;
    },
    async close() {
      await socket?.dispose();
    },
  };
}
