import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A result, or an `error`'s list as `errors`. */
export interface SocketAnswer<Data = unknown> {
  readonly data?: Data | null;
  readonly errors?: { message: string; extensions: { code: string } }[];
}

/** A connection of the protocol `graphql-transport-ws` without a library, so that anything may be sent. */
export interface BareSocket {
  /** Sends a message as JSON; text is sent unchanged. */
  send(message: unknown): void;
  /**
   * Sends an operation with this payload. Resolves to its first answer.
   * @throws Error when the server closes the connection before
   */
  ask<Data = unknown>(payload: object): Promise<SocketAnswer<Data>>;
  /** Resolves to the code when the server has closed the connection. */
  closed(): Promise<number>;
  /** As {@link BareSocket.closed}, with the reason. */
  ended(): Promise<readonly [code: number, reason: string]>;
  close(): void;
}

/**
 * Connects to a gateway.
 * @param init payload of `connection_init`, whose answer is then awaited; undefined: nothing is sent
 */
export async function openSocket(url: string, init?: object): Promise<BareSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const end = once(socket, 'close').then(([code, reason]) => [code as number, String(reason)] as const);
  const waiting = new Map<string, (answer: SocketAnswer) => void>();
  let next = 0;
  const send = (message: unknown) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  await once(socket, 'open');
  if (init) {
    send({ type: 'connection_init', payload: init });
    await Promise.race([once(socket, 'message'), end]);
  }
  socket.on('message', (data) => {
    const { type, id = '', payload } = JSON.parse(String(data)) as Message;
    const answer = type === 'error' ? { errors: payload } : payload;
    if (type === 'next' || type === 'error') waiting.get(id)?.(answer as SocketAnswer);
  });
  return {
    send,
    ask<Data>(payload: object) {
      const id = `ask${next++}`;
      send({ type: 'subscribe', id, payload });
      return new Promise<SocketAnswer<Data>>((resolve, reject) => {
        waiting.set(id, (answer) => resolve(answer as SocketAnswer<Data>));
        const fail = ([code]: readonly [number, string]) =>
          reject(new Error(`The connection was closed with ${code}`));
        end.then(fail, reject);
      });
    },
    closed: async () => (await end)[0],
    ended: () => end,
    close: () => socket.close(),
  };
}
