import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../telemetry/logger.ts';
import { createHttpServer } from '../http/http.ts';
import { guardHosts, isHostName } from './hosts.ts';

function serve() {
  const app = createHttpServer({ logger: createLogger('silent') });
  onTestFinished(() => app.close());
  guardHosts(app, ['state', 'Probe.Example']);
  for (const path of ['/ready', '/metrics', '/health', '/graphql']) app.get(path, async () => 'told');
  return async (url: string, host: string) => {
    const { statusCode, body } = await app.inject({ url, headers: { host } });
    return { statusCode, body };
  };
}

test.each([
  // As probes of Kubernetes and load balancers ask.
  '10.1.2.3',
  '10.1.2.3:8010',
  '[fd00::1]:8010',
  '[::1]',
  '127.0.0.1:8010',
  'localhost:8010',
  'LOCALHOST',
  'gateway.localhost:8010',
  'state:8006',
  'probe.example',
  'probe.example.',
])('`/ready` and `/metrics` answer under %s', async (host) => {
  const ask = serve();
  for (const url of ['/ready', '/metrics'])
    expect(await ask(url, host)).toEqual({ statusCode: 200, body: 'told' });
});

test.each([
  'evil.example',
  'evil.example:8010',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evil.example#@localhost',
  'localhost@evil.example',
  'notlocalhost',
  '-',
  ' ',
  '[::1',
])('and not under %s, by which a page of another site would read them', async (host) => {
  const ask = serve();
  for (const url of ['/ready', '/metrics', '/ready?x', '/%72eady']) {
    const { statusCode, body } = await ask(url, host);
    expect(statusCode).toBe(403);
    expect(JSON.parse(body)).toMatchObject({
      error: { code: 'FORBIDDEN', message: expect.stringContaining('ALLOWED_HOSTS') },
    });
  }
  for (const url of ['/health', '/graphql']) expect((await ask(url, host)).statusCode).toBe(200);
});

test('a name is told from an address or a URL', () => {
  expect(['a', 'a.b', 'my_host', 'x-1.example'].every(isHostName)).toBe(true);
  expect(['', '127.0.0.1', '::1', 'a:80', 'http://a', 'a/b', '*.a'].some(isHostName)).toBe(false);
});
