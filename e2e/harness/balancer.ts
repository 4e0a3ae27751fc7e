import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy before several servers, which gives each connection to the next one that answers. */
export interface Balancer {
  /** Its base URL. */
  readonly url: string;
  close(): Promise<void>;
}

/** A connection to the first of the ports that answers, or none. */
async function reach(ports: readonly number[]): Promise<Socket | undefined> {
  for (const port of ports) {
    const far = connect(port, '127.0.0.1').setNoDelay(true);
    const connected = await once(far, 'connect').catch(() => undefined);
    if (connected) return far;
  }
  return undefined;
}

/** Starts a proxy before the servers of these URLs. */
export async function startBalancer(urls: readonly string[]): Promise<Balancer> {
  const ports = urls.map((url) => Number(new URL(url).port));
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer({ pauseOnConnect: true }, async (near) => {
    near.on('error', () => near.destroy()).setNoDelay(true);
    open.add(near);
    near.once('close', () => open.delete(near));
    turn += 1;
    const first = turn % ports.length;
    const far = await reach([...ports.slice(first), ...ports.slice(0, first)]);
    if (!far || near.destroyed) {
      far?.destroy();
      return void near.destroy();
    }
    far.on('error', () => far.destroy());
    far.once('close', () => near.destroySoon());
    near.once('close', () => far.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
