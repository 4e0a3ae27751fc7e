import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../telemetry/logger.ts';
import { createHttpServer, type ServerLimits } from '../http/http.ts';

async function serve(limits: ServerLimits) {
  const app = createHttpServer({ logger: createLogger('silent'), limits });
  app.get('/much', async () => 'x'.repeat(50_000_000));
  app.post('/', async () => 'told');
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const { port } = new URL(app.listeningOrigin);
  return async (): Promise<Socket> => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
}

const HEAD = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

test.each([
  ['sends nothing', ''],
  ['does not finish its head', HEAD],
  ['does not finish its body', `${HEAD}Content-Length: 1000\r\n\r\n{"a":`],
])('a client that %s is sent away', async (_, text) => {
  const open = await serve({ timeouts: { headMs: 100, requestMs: 200, checkEveryMs: 20 } });
  const socket = await open();
  socket.write(text);
  socket.resume();
  await once(socket, 'close');
});

test('so is one that does not read its answer', async () => {
  const open = await serve({ timeouts: { idleMs: 200 } });
  const socket = await open();
  socket.write('GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.pause();
  // It hears of that once it reads what it was sent before.
  await expect
    .poll(() => {
      socket.read();
      return (
        socket.bytesRead < 50_000_000 && (socket.closed || socket.readableEnded || socket.errored !== null)
      );
    })
    .toBe(true);
});

test('connections are bounded, and those that are closed make room', async () => {
  const open = await serve({ connections: 2 });
  const [first] = [await open(), await open()];
  const third = await open();
  third.resume();
  await once(third, 'close');
  first.destroy();
  await expect
    .poll(async () => {
      const again = await open();
      again.write(`${HEAD}Content-Length: 2\r\n\r\n{}`);
      const answer = await Promise.race([once(again, 'data'), once(again, 'close')]);
      again.destroy();
      return String(answer[0]).split('\r\n')[0];
    })
    .toBe('HTTP/1.1 200 OK');
});
