import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy whose connections can be cut without notice, as networks do. */
export interface CuttableProxy {
  /** Its base URL, e.g. `http://127.0.0.1:40001`. */
  readonly url: string;
  /** Number of connections passed to the target so far. */
  readonly connections: number;
  /** Cuts all connections, and new ones until {@link CuttableProxy.mend}. */
  cut(): void;
  /** Keeps open connections but passes no data on them. New ones pass. */
  freeze(): void;
  /** Passes new connections again. */
  mend(): void;
  /** Resolves when new connections pass. */
  mended(): Promise<void>;
  /** Cuts each connection after this many bytes from the target, also within a message; undefined: never. */
  cutAfter(bytes: number | undefined): void;
  close(): Promise<void>;
}

class Cuttable implements CuttableProxy {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #isCut = false;
  #connections = 0;
  #bytesLeft: number | undefined;
  #waiting: (() => void)[] = [];

  constructor({ hostname, port }: URL) {
    this.#server = createServer((near) => {
      near.on('error', () => {});
      if (this.#isCut) return void near.destroy();
      this.#connections += 1;
      this.#relay(near, connect(Number(port), hostname));
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#connections;
  }

  cut(): void {
    this.#isCut = true;
    this.#cutAll();
  }

  freeze(): void {
    for (const socket of this.#open) socket.removeAllListeners('data').resume();
  }

  mend(): void {
    this.#isCut = false;
    for (const go of this.#waiting) go();
    this.#waiting = [];
  }

  mended(): Promise<void> {
    return this.#isCut ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  cutAfter(bytes: number | undefined): void {
    this.#bytesLeft = bytes;
  }

  async close(): Promise<void> {
    this.#cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #cutAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #relay(near: Socket, far: Socket): void {
    let left = this.#bytesLeft;
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => {
      near.write(left === undefined ? chunk : chunk.subarray(0, left));
      if (left === undefined) return;
      left -= chunk.length;
      if (left <= 0) near.end(() => near.destroy());
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
  }
}

/** Starts a proxy in front of `target`, e.g. `http://127.0.0.1:8010`. */
export async function startCuttable(target: string): Promise<CuttableProxy> {
  const proxy = new Cuttable(new URL(target));
  await proxy.listen();
  return proxy;
}
