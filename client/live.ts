import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { backOff } from './back-off.ts';

/** Remembers the last cursor of each subscription, and subscribes after it when the connection comes back. */
export function resuming() {
  const cursors = new Map<string, string>();
  return {
    /** Of each message that arrives. */
    message(message: { type: string; id?: string; payload?: unknown }): void {
      if (message.id === undefined) return;
      const cursor = message.type === 'next' ? cursorOf(message.payload) : undefined;
      if (cursor !== undefined) cursors.set(message.id, cursor);
      else if (message.type !== 'next') cursors.delete(message.id);
    },
    /** Of each message that is sent, before it becomes JSON. A subscription keeps its id over all connections. */
    replacer(_key: string, value: unknown): unknown {
      const message = value as { type?: string; id?: string; payload?: { variables?: object } } | null;
      const after = cursors.get(message?.id ?? '');
      if (after === undefined || !message) return value;
      if (message.type === 'complete') cursors.delete(message.id ?? '');
      if (message.type !== 'subscribe') return value;
      return {
        ...message,
        payload: { ...message.payload, variables: { ...message.payload?.variables, after } },
      };
    },
  };
}

/** A subscription has one root field, whatever its alias. */
function cursorOf(payload: unknown): string | undefined {
  const { data } = payload as { data?: Record<string, { cursor?: unknown } | null> | null };
  const cursor = Object.values(data ?? {})[0]?.cursor;
  return typeof cursor === 'string' ? cursor : undefined;
}

export interface LiveOptions extends Pick<ClientOptions, 'webSocketImpl' | 'keepAlive' | 'retryWait'> {
  /** Of the gateway, e.g. `ws://127.0.0.1:8010/graphql`. */
  readonly url: string;
  /** The user's token. It is asked for with each connection, so that a new one is taken when the old one ends. */
  readonly token: () => string | Promise<string>;
  /** Milliseconds that an answer to a ping may take until the connection is given up. Default: 15,000, for slow links. */
  readonly patienceMs?: number;
}

/** For `on` of a client with `keepAlive`: calls `giveUp` when a ping is not answered within `patienceMs`, as by a laptop that wakes up. */
export function unanswered(patienceMs: number, giveUp: () => void) {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  return {
    ping(received: boolean): void {
      if (!received) overdue = setTimeout(giveUp, patienceMs);
    },
    pong(received: boolean): void {
      if (received) clearTimeout(overdue);
    },
    closed: () => clearTimeout(overdue),
  };
}

/**
 * The client of graphql-ws, whose subscriptions lose nothing and repeat nothing when a connection is cut, or falls
 * silent: those that take `$after` and select `cursor` of `blobChanged`.
 */
export function liveClient({ url, token, patienceMs = 15_000, ...options }: LiveOptions): Client {
  const { message, replacer } = resuming();
  let isRefused = false;
  const connectionParams = async () => {
    isRefused = true;
    const params = { authorization: `Bearer ${await token()}` };
    isRefused = false;
    return params;
  };
  const client = createClient({
    keepAlive: 10_000,
    retryWait: backOff,
    ...options,
    url,
    connectionParams,
    retryAttempts: Number.POSITIVE_INFINITY,
    // Also while the server is out of reach. A refused token (4401) is final all the same, and one that there is none of.
    shouldRetry: () => !isRefused,
    jsonMessageReplacer: replacer,
    on: { message, ...unanswered(patienceMs, () => client.terminate()) },
  });
  return client;
}
