import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createServiceHttp } from '../../clients/http/http.ts';
import { loadConfig } from '../../config/config.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { testEgress, testTokens } from '../../testing/identity.ts';
import { createHttpServer } from '../http/http.ts';
import { noProcessor, ownerOf } from './owners.ts';
import { directReadRoutes } from './routes.ts';

/** A request as a processor gets it: its first line, its headers, and its body. */
export interface Got {
  readonly line: string;
  readonly head: string;
  readonly body: string;
}

/** Answers on the wire, byte for byte. */
export type OnTheWire = (socket: Socket, got: Got) => void;

/** A processor that answers requests of `answer`, one a connection. @returns its address, and what it got */
async function startProcessor(answer: OnTheWire): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      const [head = '', body] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body === undefined || body.length < length) return;
      text = '';
      const request = { line: head.split('\r\n')[0] ?? '', head, body };
      got.push(request);
      answer(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, got };
}

/** Direct reads of alice's, of processors of these names that answer so. */
export async function startReads(processors: Readonly<Record<string, OnTheWire>>) {
  const started = new Map<string, Awaited<ReturnType<typeof startProcessor>>>();
  for (const [id, answer] of Object.entries(processors)) started.set(id, await startProcessor(answer));
  const logs: string[] = [];
  const logger = createLogger('warn', { write: (line) => void logs.push(line) });
  const http = createServiceHttp({
    urls: loadConfig({}).urls,
    tokens: testTokens('gateway'),
    egress: testEgress,
  });
  const app = createHttpServer({ logger });
  const viewer = { userId: 'alice', roles: [] };
  directReadRoutes(app, {
    http,
    logger,
    async reader(request) {
      await request.part?.belongTo(viewer.userId, 0);
      return { service: 'gateway', viewer };
    },
    async ownerFor(id) {
      const processor = started.get(id);
      if (!processor) throw noProcessor(id);
      return ownerOf({ id, base_url: processor.url, status: id === 'gone' ? 'retired' : 'active' });
    },
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await http.close();
    app.server.closeAllConnections();
    await app.close();
  });
  return { url, logs, got: (id: string) => started.get(id)?.got ?? [] };
}

/** A whole answer with these lines of a head, and a body. */
export const whole =
  (status: string, headers: readonly string[], body = ''): OnTheWire =>
  (socket) => {
    const length = headers.some((each) => /^(?:transfer-encoding|content-length)/i.test(each))
      ? []
      : [`content-length: ${Buffer.byteLength(body)}`];
    socket.write(`HTTP/1.1 ${status}\r\n${[...headers, ...length].join('\r\n')}\r\n\r\n${body}`);
  };

export const JSON_TYPE = 'content-type: application/json';

export const blobOf = (user_id: string, id = 'b1', data: unknown = { text: 'é🦉' }): string =>
  JSON.stringify({ blob: { id, user_id, data } });
