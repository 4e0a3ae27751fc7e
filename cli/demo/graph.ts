import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { DemoError } from './error.ts';
import type { Operation } from './operations.ts';

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

/** Nothing came back, or nothing of GraphQL. */
export class GraphOutOfReach extends Error {
  override readonly name = 'GraphOutOfReach';
}

/** The graph as every user has it, over HTTP and graphql-ws. */
export interface Graph {
  /**
   * Runs a query or mutation, again and again while the graph is out of reach: for `patienceMs` at most. Mutations
   * must be safe to send twice.
   * @throws GraphFault, GraphOutOfReach
   */
  run<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data>;
  /**
   * Hands on what a subscription brings on one connection; resolves when the graph ends it or `signal` aborts.
   * @throws GraphFault; GraphOutOfReach when the connection drops
   */
  listen<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    listener: { readonly onData: (data: Data) => void; readonly signal: AbortSignal },
  ): Promise<void>;
  close(): Promise<void>;
}

export interface GraphOptions {
  /** Where the gateway answers, without a trailing slash. */
  readonly gateway: string;
  readonly token: string;
  /** Aborts everything. */
  readonly signal: AbortSignal;
  /** Default: 30,000. */
  readonly patienceMs?: number;
}

const REQUEST_TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const PASSING = new Set([
  'SERVICE_UNAVAILABLE',
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'OVERLOADED',
  'SLOW_CONSUMER',
]);

/** True for what passes by itself. */
export const isPassing = (error: unknown): boolean =>
  error instanceof GraphOutOfReach || (error instanceof GraphFault && PASSING.has(error.code));

/** Runs `work` until it succeeds or fails for good; what passes by itself may take `patienceMs` in all. */
export async function patiently<T>(
  work: () => Promise<T>,
  { patienceMs, signal }: { patienceMs: number; signal: AbortSignal },
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || performance.now() + pause > until) throw error;
    }
    await delay(pause, undefined, { signal });
  }
}

/** The data of an answer without errors. @throws GraphFault */
function dataOf<Data>(answer: Answer<Data>): Data {
  const [fault] = answer.errors ?? [];
  if (fault) throw new GraphFault(fault);
  if (answer.data == null) throw new GraphOutOfReach('The gateway’s answer is not one of GraphQL.');
  return answer.data;
}

async function post<Data>(options: GraphOptions, text: string, variables: unknown): Promise<Data> {
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
  return dataOf(answer);
}

/** The error of a failed subscription: the first that the graph sent, or its connection's. */
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
  return new Promise((resolve, reject) => {
    const end = client.subscribe<Data>(payload, {
      next(answer) {
        // What could not be read of a change is null beside its error; the change itself is there.
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
    else signal.addEventListener('abort', stop, { once: true });
  });
}

export function openGraph(options: GraphOptions): Graph {
  const { gateway, token, signal, patienceMs = 30_000 } = options;
  const client = createClient({
    url: `${gateway.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const close = async () => {
    await client.dispose();
  };
  signal.addEventListener('abort', close, { once: true });
  return {
    run: <Data, Variables>({ text }: Operation<Data, Variables>, variables: Variables) =>
      patiently(() => post<Data>(options, text, variables), { patienceMs, signal }),
    listen: <Data, Variables>(
      { text }: Operation<Data, Variables>,
      variables: Variables,
      listener: { onData: (data: Data) => void; signal: AbortSignal },
    ) => listen<Data>(client, { query: text, variables: variables as Record<string, unknown> }, listener),
    close,
  };
}
