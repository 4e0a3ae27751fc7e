import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createLogger } from '../../telemetry/logger.ts';
import { createHttpServer } from '../http/http.ts';
import { SocketDoor } from '../websocket/door.ts';
import { OpenConnections } from './open-connections.ts';

const logger = createLogger('silent');
const app = createHttpServer({ logger });
afterEach(() => app.close());

test('a service that stops closes all that is open at once, none after the other', async () => {
  const connections = new OpenConnections({ logger });
  const door = new SocketDoor(app, { connections });
  let whenAsked: number | undefined;
  let tellAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    tellAsked = resolve;
  });
  const path = '/first';
  door.serve({ path, open: ({ socket }) => socket.send('open'), answered: () => asked });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = new WebSocket(`${app.listeningOrigin.replace('http', 'ws')}${path}`);
  await once(socket, 'message');
  connections.closeWith(app, async () => {
    whenAsked = socket.readyState;
    tellAsked();
  });
  await app.close();
  expect(whenAsked).toBe(WebSocket.OPEN);
});
