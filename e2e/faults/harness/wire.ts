import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Which bytes of a client to wait for. */
export interface Moment {
  /** All of these occur in what a client sends at once. */
  readonly sends: readonly string[];
  /** The part that is held back: the request, or its answer. */
  readonly keep: 'request' | 'answer';
}

/** A TCP proxy in front of one server that stops a conversation at a moment that only its bytes show. */
export interface Wire {
  /** Of 127.0.0.1, where the clients connect to. */
  readonly port: number;
  /**
   * Resolves once the next such moment has come: from then on nothing passes on that connection. With `answer`, the
   * server has answered by then.
   */
  hold(moment: Moment): Promise<void>;
  /** Breaks the connections that are held, and waits for no further moment. */
  release(): void;
  close(): Promise<void>;
}

interface Waiting {
  readonly moment: Moment;
  readonly come: () => void;
}

const matches = ({ sends }: Moment, chunk: Buffer): boolean => sends.every((text) => chunk.includes(text));

/** Starts a proxy in front of a port of 127.0.0.1, which need not answer yet. */
export async function startWire(target: number): Promise<Wire> {
  const waiting = new Set<Waiting>();
  const held = new Set<Socket>();
  const open = new Set<Socket>();

  const converse = (client: Socket) => {
    const server = connect(target, '127.0.0.1');
    let kept: Waiting | undefined;
    const end = () => {
      for (const socket of [client, server]) {
        socket.destroy();
        open.delete(socket);
        held.delete(socket);
      }
    };
    for (const socket of [client, server]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (chunk) => {
      if (kept) return;
      kept = [...waiting].find(({ moment }) => matches(moment, chunk));
      if (kept) {
        waiting.delete(kept);
        held.add(client);
      }
      if (kept?.moment.keep === 'request') kept.come();
      else server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (kept) kept.come();
      else client.write(chunk);
    });
  };

  const listener = createServer(converse);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    hold: (moment) => new Promise((come) => waiting.add({ moment, come })),
    release() {
      waiting.clear();
      for (const socket of held) socket.destroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
