import { createServer, type Socket, connect as tcpConnect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isUnavailable } from '../errors/unavailable.ts';
import { services } from '../testing/services.ts';
import { type MongoOptions, openMongo } from './client.ts';

function open(options: Partial<MongoOptions>) {
  const server = openMongo({ url: services().mongoUrl, namespace: 'test_client', ...options });
  onTestFinished(() => server.close());
  return server;
}

it('gives up waiting for a connection of a full pool, and says that it may pass', async () => {
  const server = open({ maxConnections: 1, connectionTimeoutMs: 50 });
  const asked = await Promise.allSettled(Array.from({ length: 3_000 }, () => server.ping()));
  const refused = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.filter((error) => !isUnavailable(error))).toEqual([]);
  await vi.waitFor(() => server.ping());
});

it('gives up waiting for an answer, says that it may pass, and goes on over another connection', async () => {
  const url = new URL(services().mongoUrl);
  const [host = '', port] = [url.hostname, Number(url.port)];
  let silent = false;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = tcpConnect(port, host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => !silent && to.write(chunk));
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  url.port = String(typeof address === 'object' ? address?.port : '');
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  const server = open({ url: url.href, answerTimeoutMs: 200 });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  await server.ping();
  silent = true;
  const error = await server.ping().catch((reason: unknown) => reason);
  expect(isUnavailable(error)).toBe(true);
  silent = false;
  await server.ping();
});
