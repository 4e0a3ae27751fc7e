import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A moment in a connection, by the bytes that a client sends. */
export interface Moment {
  /** Texts that one chunk from the client contains. */
  readonly sends: readonly string[];
  /** Which to hold back: the request, or its answer. */
  readonly keep: 'request' | 'answer';
}

/** A TCP proxy in front of a server that holds a connection at a moment that only its bytes show. */
export interface Wire {
  /** The port of 127.0.0.1 for clients. */
  readonly port: number;
  /**
   * Waits for the next such moment, and holds that connection from then on. With `answer`, the server has answered by
   * then.
   */
  hold(moment: Moment): Promise<void>;
  /** Closes held connections, and holds no more. */
  release(): void;
  close(): Promise<void>;
}

interface Waiting {
  readonly moment: Moment;
  readonly come: () => void;
}

const matches = ({ sends }: Moment, chunk: Buffer): boolean => sends.every((text) => chunk.includes(text));

class HoldingWire implements Wire {
  readonly #target: number;
  readonly #waiting = new Set<Waiting>();
  readonly #held = new Set<Socket>();
  readonly #open = new Set<Socket>();
  readonly #listener = createServer((client) => this.#connect(client));

  constructor(target: number) {
    this.#target = target;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#listener.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  hold(moment: Moment): Promise<void> {
    return new Promise((come) => this.#waiting.add({ moment, come }));
  }

  release(): void {
    this.#waiting.clear();
    for (const socket of this.#held) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #connect(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    let kept: Waiting | undefined;
    const end = () => {
      for (const socket of [client, server]) {
        socket.destroy();
        this.#open.delete(socket);
        this.#held.delete(socket);
      }
    };
    for (const socket of [client, server]) {
      this.#open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (chunk) => {
      if (kept) return;
      kept = [...this.#waiting].find(({ moment }) => matches(moment, chunk));
      if (kept) {
        this.#waiting.delete(kept);
        this.#held.add(client);
      }
      if (kept?.moment.keep === 'request') kept.come();
      else server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (kept) kept.come();
      else client.write(chunk);
    });
  }
}

/** Starts a proxy in front of a port of 127.0.0.1, where nothing needs to listen yet. */
export async function startWire(target: number): Promise<Wire> {
  const wire = new HoldingWire(target);
  await wire.listen();
  return wire;
}
