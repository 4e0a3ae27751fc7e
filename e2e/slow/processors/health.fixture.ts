import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a stranger's server answers whatever it is asked. */
export type Manner = 'well' | 'hangs' | 'garbage' | 'page' | 'slow';

/** Between half of what a check may take and all of it. */
const SLOW_MS = 1_500;

const manners: Readonly<Record<Manner, RequestListener>> = {
  well: (_request, response) => response.end('{"status":"ok"}'),
  hangs: () => undefined,
  garbage: (_request, response) => {
    response.socket?.end('HTTP/1.1 200 \0\xff\r\ncontent-length: ten\r\n\r\n\0garbage');
  },
  page: (_request, response) => response.end('<!doctype html><title>Welcome</title>'),
  slow: (_request, response) => setTimeout(() => response.end('{"status":"ok"}'), SLOW_MS),
};

/** A server that knows nothing of this system, at one address, with manners that a test chooses. */
export interface Stranger {
  readonly url: string;
  behave(manner: Manner): void;
  /** Nothing listens at its address any more. */
  die(): Promise<void>;
  /** It listens there again. */
  rise(): Promise<void>;
}

export async function startStranger(): Promise<Stranger> {
  let manner: Manner = 'well';
  let server: Server;
  const listen = async (port: number) => {
    server = createServer((request, response) => manners[manner](request, response));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    behave: (next) => {
      manner = next;
    },
    async die() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    rise: async () => void (await listen(port)),
  };
}
