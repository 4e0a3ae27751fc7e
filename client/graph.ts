import type { Client } from 'graphql-ws';
import type { TypedDocument } from './document.ts';
import { type Fault, GraphError } from './errors.ts';
import { type LiveOptions, liveClient } from './live.ts';

export interface Answer<Data> {
  readonly data: Data;
  /** Errors of the parts that are missing, e.g. the content of a processor that is down. */
  readonly errors: readonly Fault[];
}

export interface Asking {
  /** Ends the operation: its promise is rejected, or its iteration ended, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The graph, as one user sees it. */
export interface Graph {
  /**
   * Runs a query or a mutation, once.
   * @throws GraphError when there is no data at all; the signal's reason
   */
  request<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    asking?: Asking,
  ): Promise<Answer<Data>>;
  /**
   * What a subscription tells. Connections that are cut are made again; where the operation takes `$after` and selects
   * `cursor`, nothing is lost by that and nothing comes twice. Leave the loop to end it.
   * @throws GraphError when the server ends it; the signal's reason
   */
  subscribe<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    asking?: Asking,
  ): AsyncGenerator<Data, void, undefined>;
  /** Ends all subscriptions and their connection. */
  close(): void;
}

export interface GraphOptions extends Omit<LiveOptions, 'url'> {
  /** Of the gateway, e.g. `http://127.0.0.1:8010/graphql`. */
  readonly url: string;
  /** Default: the platform's own. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The answer's JSON. @throws GraphError for what is none */
async function jsonOf<Data>(response: Response): Promise<{ data?: Data | null; errors?: readonly Fault[] }> {
  try {
    return (await response.json()) as { data?: Data | null; errors?: readonly Fault[] };
  } catch (cause) {
    throw new GraphError([{ message: `The server answered ${response.status}, and no GraphQL.` }], {
      cause,
      headers: response.headers,
    });
  }
}

async function ask<Data>(
  { url, token, fetch: send = fetch }: GraphOptions,
  body: { readonly query: string; readonly variables: unknown },
  signal: AbortSignal | undefined,
): Promise<Answer<Data>> {
  let response: Response;
  try {
    response = await send(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await token()}`,
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
      },
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new GraphError([{ message: `Nobody answers at ${url}.` }], { cause });
  }
  const { data, errors = [] } = await jsonOf<Data>(response);
  if (data == null) throw new GraphError(errors, { headers: response.headers });
  return { data, errors };
}

/** graphql-ws throws a refusal as the list of its errors, and a connection that is closed for good as its event. */
function errorOf(fault: unknown): unknown {
  if (Array.isArray(fault)) return new GraphError(fault as Fault[]);
  const { code, reason } = fault as { code?: unknown; reason?: unknown };
  if (typeof code !== 'number') return fault;
  const extensions = code === 4_401 || code === 4_403 ? { code: 'UNAUTHENTICATED' } : undefined;
  return new GraphError(
    [{ message: `The connection was closed: ${String(reason)} (${code}).`, extensions }],
    {
      cause: fault,
    },
  );
}

async function* results<Data>(
  client: Client,
  payload: { readonly query: string; readonly variables: Record<string, unknown> },
  signal: AbortSignal | undefined,
): AsyncGenerator<Data, void, undefined> {
  signal?.throwIfAborted();
  const iteration = client.iterate<Data>(payload);
  const end = () => void iteration.return?.();
  signal?.addEventListener('abort', end, { once: true });
  try {
    for await (const { data, errors } of iteration) {
      if (!data) throw new GraphError(errors ?? []);
      yield data;
    }
    signal?.throwIfAborted();
  } catch (fault) {
    throw errorOf(fault);
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** Opens nothing yet: the connection of subscriptions is made with the first. */
export function openGraph(options: GraphOptions): Graph {
  let live: Client | undefined;
  const client = (): Client => {
    live ??= liveClient({ ...options, url: options.url.replace(/^http/, 'ws') });
    return live;
  };
  return {
    request: <Data, Variables>(
      query: TypedDocument<Data, Variables>,
      variables: Variables,
      asking?: Asking,
    ) => ask<Data>(options, { query, variables }, asking?.signal),
    subscribe: <Data, Variables>(
      query: TypedDocument<Data, Variables>,
      variables: Variables,
      asking?: Asking,
    ) => results<Data>(client(), { query, variables: variables as Record<string, unknown> }, asking?.signal),
    close: () => void live?.dispose(),
  };
}
