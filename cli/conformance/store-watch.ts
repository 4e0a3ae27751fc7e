import type { AddressInfo } from 'node:net';
import { connect as connectSocket, createServer, type Socket } from 'node:net';

/**
 * A proxy between a processor and its store that counts queries: times that the processor sends after the store did.
 */
export interface StoreWatch {
  /** URL of the store through the proxy. */
  readonly url: string;
  /** Number of queries so far. */
  readonly questions: () => number;
  /** Cuts open connections. */
  close(): Promise<void>;
}

/** Starts the proxy. `url`: of one server, with its port. */
export async function watchStore(url: string): Promise<StoreWatch> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let questions = 0;
  const server = createServer((client) => {
    const store = connectSocket(Number(port), hostname);
    let isAsking = false;
    client.on('data', () => {
      if (!isAsking) questions += 1;
      isAsking = true;
    });
    store.on('data', () => {
      isAsking = false;
    });
    for (const [one, other] of [
      [client, store],
      [store, client],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy()).on('close', () => open.delete(one));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    questions: () => questions,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
