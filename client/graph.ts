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
   * Follows a subscription. Connections that are cut are made again; where the operation takes `$after` and selects
   * `cursor`, nothing is lost by that and nothing comes twice. Leave the loop to end it; while it waits, only the signal does.
   * @throws GraphError when the server ends it; the signal's reason
   */
  subscribe<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    asking?: Asking,
  ): AsyncGenerator<Data, void, undefined>;
  /** Aborted when the graph is closed. */
  readonly signal: AbortSignal;
  /** Ends all that is asked of it, with an `AbortError`, and the connection. Nothing can be asked of it any more. */
  close(): void;
}

export interface GraphOptions extends Omit<LiveOptions, 'url'> {
  /** Of the gateway, e.g. `http://127.0.0.1:8010/graphql`. */
  readonly url: string;
  /** Default: the platform's own. */
  readonly fetch?: typeof globalThis.fetch;
}

interface Body<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly Fault[];
}

/** @throws GraphError for an answer that is no GraphQL */
async function bodyOf<Data>(response: Response): Promise<Body<Data>> {
  const body = (await response.json().catch(() => undefined)) as Body<Data> | null | undefined;
  if (body?.data != null || Array.isArray(body?.errors)) return body as Body<Data>;
  const message = `The server answered ${response.status}, and no GraphQL.`;
  throw new GraphError([{ message }], response);
}

async function ask<Data>(
  { url, token, fetch: send = fetch }: GraphOptions,
  body: { readonly query: string; readonly variables: unknown },
  signal: AbortSignal,
): Promise<Answer<Data>> {
  signal.throwIfAborted();
  const headers = {
    authorization: `Bearer ${await token()}`,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
  };
  const response = await send(url, { method: 'POST', headers, body: JSON.stringify(body), signal }).catch(
    (cause: unknown) => {
      signal.throwIfAborted();
      throw new GraphError([{ message: `Nobody answers at ${url}.` }], { cause });
    },
  );
  const { data, errors = [] } = await bodyOf<Data>(response);
  signal.throwIfAborted();
  if (data == null) throw new GraphError(errors, response);
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

/** The two that end an operation, as one: the caller's, and the graph's own. */
const either = (own: AbortSignal, given: AbortSignal | undefined): AbortSignal =>
  given ? AbortSignal.any([own, given]) : own;

/** The connection of subscriptions, with why the token for it could not be had. */
interface Live {
  readonly client: Client;
  fault?: { readonly error: unknown } | undefined;
}

function connect(options: GraphOptions): Live {
  const token = async () => {
    live.fault = undefined;
    try {
      return await options.token();
    } catch (error) {
      live.fault = { error };
      throw error;
    }
  };
  const live: Live = { client: liveClient({ ...options, token, url: options.url.replace(/^http/, 'ws') }) };
  return live;
}

async function* results<Data>(
  live: () => Live,
  payload: { readonly query: string; readonly variables: Record<string, unknown> },
  signal: AbortSignal,
): AsyncGenerator<Data, void, undefined> {
  signal.throwIfAborted();
  const iteration = live().client.iterate<Data>(payload);
  const end = () => void iteration.return?.();
  signal.addEventListener('abort', end, { once: true });
  try {
    for await (const { data, errors } of iteration) {
      if (!data) throw new GraphError(errors ?? []);
      yield data;
    }
    signal.throwIfAborted();
  } catch (fault) {
    signal.throwIfAborted();
    const { fault: ofToken } = live();
    throw ofToken ? ofToken.error : errorOf(fault);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Why everything of a graph ends when it is closed. */
const closed = () => new DOMException('The graph was closed.', 'AbortError');

/** Opens nothing yet: the connection of subscriptions is made with the first. */
export function openGraph(options: GraphOptions): Graph {
  const closing = new AbortController();
  let live: Live | undefined;
  const connected = (): Live => {
    live ??= connect(options);
    return live;
  };
  return {
    signal: closing.signal,
    request: <Data, Variables>(
      query: TypedDocument<Data, Variables>,
      variables: Variables,
      { signal }: Asking = {},
    ) => ask<Data>(options, { query, variables }, either(closing.signal, signal)),
    subscribe: <Data, Variables>(
      query: TypedDocument<Data, Variables>,
      variables: Variables,
      { signal }: Asking = {},
    ) => {
      const payload = { query, variables: variables as Record<string, unknown> };
      return results<Data>(connected, payload, either(closing.signal, signal));
    },
    close() {
      closing.abort(closed());
      // It waits for a connection that is being made, which may come to nothing.
      Promise.resolve(live?.client.dispose()).catch(() => {});
    },
  };
}
