import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { unanswered } from '../../client/live.ts';
import { retrying } from '../../platform/time/retry.ts';
import { DemoError } from './error.ts';
import type { Operation } from './operation.ts';

interface Fault {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly requestId?: string };
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly Fault[];
}

/** The graph answered with an error. */
export class GraphFault extends Error {
  override readonly name = 'GraphFault';
  /** A code of docs/errors.md. */
  readonly code: string;

  constructor({ message, extensions }: Fault) {
    super(`${message}${extensions?.requestId ? ` (request ${extensions.requestId})` : ''}`);
    this.code = extensions?.code ?? 'INTERNAL';
  }
}

/** No answer, or none of GraphQL. */
export class GraphOutOfReach extends Error {
  override readonly name = 'GraphOutOfReach';
}

/** A client of the graph, over HTTP and graphql-ws. */
export interface Graph {
  /**
   * Runs a query or mutation; retried for up to `patienceMs` while the graph is unreachable, so mutations must be safe
   * to repeat.
   * @throws GraphFault, GraphOutOfReach
   */
  run<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data>;
  /**
   * Runs a subscription on one connection; resolves when the graph ends it or `signal` aborts.
   * @throws GraphFault; GraphOutOfReach when the connection drops
   */
  listen<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    listener: { readonly onData: (data: Data) => void; readonly signal: AbortSignal },
  ): Promise<void>;
  /** Ends the connections of subscriptions. */
  close(): Promise<void>;
}

export interface GraphOptions {
  /** Base URL of the gateway, without a trailing slash. */
  readonly gateway: string;
  /** Sent as a bearer token. */
  readonly token: string;
  /** Aborts all requests and subscriptions. */
  readonly signal: AbortSignal;
  /** How long a request is retried, in milliseconds. Default: 30,000. */
  readonly patienceMs?: number;
}

const REQUEST_TIMEOUT_MS = 60_000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 15_000;
/** Between two tries of what passes by itself. */
export const BACKOFF = { baseMs: 100, maxMs: 2_000 } as const;
const PASSING = new Set([
  'SERVICE_UNAVAILABLE',
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'OVERLOADED',
  'SLOW_CONSUMER',
]);

/** Whether a failure is temporary, and worth a retry. */
export const isPassing = (error: unknown): boolean =>
  error instanceof GraphOutOfReach || (error instanceof GraphFault && PASSING.has(error.code));

/** Runs `work`, and again with backoff after temporary failures, for `patienceMs` in all. */
export const patiently = <T>(
  work: () => Promise<T>,
  { patienceMs, signal }: { patienceMs: number; signal: AbortSignal },
): Promise<T> => retrying(work, { ...BACKOFF, forMs: patienceMs, mayPass: isPassing, signal });

/** The data of an answer without errors, or in which something `mayLack`. @throws GraphFault */
function dataOf<Data>(answer: Answer<Data>, mayLack: boolean): Data {
  const [fault] = answer.errors ?? [];
  if (fault && !(mayLack && answer.data)) throw new GraphFault(fault);
  if (answer.data == null) throw new GraphOutOfReach('The gateway’s answer is not GraphQL.');
  return answer.data;
}

async function post<Data>(
  options: GraphOptions,
  { text, mayLack = false }: Pick<Operation<Data, never>, 'text' | 'mayLack'>,
  variables: unknown,
): Promise<Data> {
  const { gateway, token, signal } = options;
  let answer: Answer<Data>;
  try {
    const response = await fetch(`${gateway}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: text, variables }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    answer = (await response.json()) as Answer<Data>;
  } catch (error) {
    signal.throwIfAborted();
    throw new GraphOutOfReach(`The gateway at ${gateway} does not answer.`, { cause: error });
  }
  return dataOf(answer, mayLack);
}

/** The error of a failed subscription: the graph's first error, or the connection's. */
function subscriptionFault(error: unknown): Error {
  if (Array.isArray(error)) return new GraphFault(error[0] as Fault);
  const { code, reason } = error as { code?: unknown; reason?: unknown };
  // 4400 and up: the server refuses this client (protocol of graphql-ws); below, the connection was lost.
  if (typeof code === 'number' && code >= 4_400 && code < 4_500)
    return new DemoError(`The gateway refused the subscription: ${String(reason)} (${code}).`);
  return new GraphOutOfReach('The connection of the subscription was lost.', { cause: error });
}

function listen<Data>(
  client: Client,
  payload: { query: string; variables: Record<string, unknown> },
  { onData, signal }: { onData: (data: Data) => void; signal: AbortSignal },
): Promise<void> {
  // The signal may outlive many subscriptions.
  const unheard = new AbortController();
  const listening = new Promise<void>((resolve, reject) => {
    const end = client.subscribe<Data>(payload, {
      next(answer) {
        // A change may have data beside errors of single fields.
        if (answer.data) return onData(answer.data);
        reject(
          new GraphFault((answer as Answer<Data>).errors?.[0] ?? { message: 'A change came without data.' }),
        );
        end();
      },
      error: (error) => reject(subscriptionFault(error)),
      complete: resolve,
    });
    const stop = () => {
      resolve();
      end();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: unheard.signal });
  });
  return listening.finally(() => unheard.abort());
}

export function openGraph(options: GraphOptions): Graph {
  const { gateway, token, signal, patienceMs = 30_000 } = options;
  const client = createClient({
    url: `${gateway.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    keepAlive: PING_EVERY_MS,
    on: unanswered(PONG_WITHIN_MS, () => client.terminate()),
  });
  const close = async () => {
    signal.removeEventListener('abort', close);
    await client.dispose();
  };
  signal.addEventListener('abort', close, { once: true });
  return {
    run: <Data, Variables>(operation: Operation<Data, Variables>, variables: Variables) =>
      patiently(() => post<Data>(options, operation, variables), { patienceMs, signal }),
    listen: <Data, Variables>(
      { text }: Operation<Data, Variables>,
      variables: Variables,
      listener: { onData: (data: Data) => void; signal: AbortSignal },
    ) => listen<Data>(client, { query: text, variables: variables as Record<string, unknown> }, listener),
    close,
  };
}
