import type { AddressInfo } from 'node:net';
import { connect as connectSocket, createServer, type Socket } from 'node:net';

/** Stands between a processor and its store, and counts the questions: times that the processor speaks after the store did. */
export interface StoreWatch {
  /** The store's address, by way of this. */
  readonly url: string;
  readonly questions: () => number;
  close(): Promise<void>;
}

/** `url`: of one server, with its port. */
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
