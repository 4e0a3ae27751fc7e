import { expect, it } from 'vitest';
import type { ServiceDefinition } from '../serving/service.ts';
import { startTestService, viewer } from './service.ts';

const echo: ServiceDefinition = {
  name: 'schemas',
  async create(runtime) {
    const database = await runtime.sql('echo');
    return {
      checks: { database: () => database.ping() },
      async install(app) {
        app.post('/echo', async (request) => {
          const objects = await runtime.objects();
          await objects.put('echo', Buffer.from('x'), { contentType: 'text/plain' });
          runtime.logger.info({ connection_string: 'hidden' }, 'asked');
          return { caller: request.caller, body: request.body };
        });
      },
    };
  },
};

it('starts a service on a free port, lets callers in by their identity and collects its log', async () => {
  const services = await Promise.all([startTestService(echo), startTestService(echo)]);
  const [first, second] = services;
  try {
    expect(first.url).not.toBe(second.url);
    expect(await fetch(`${first.url}/ready`).then((answer) => answer.json())).toMatchObject({
      checks: { database: 'ok' },
    });
    expect((await fetch(`${first.url}/echo`, { method: 'POST' })).status).toBe(401);
    // Services of one test know each other's keys.
    const method = 'POST';
    const headers = await first.headers({}, { method, path: '/echo' });
    const answer = await fetch(`${second.url}/echo`, { method, headers });
    expect(answer.status).toBe(200);
    const caller = { service: 'gateway', viewer: viewer('bob', 'operator') };
    expect(await first.rest('POST', '/echo', { body: { a: 1 }, caller })).toMatchObject({
      status: 200,
      body: { caller, body: { a: 1 } },
    });
    expect(first.logs.join('')).toContain('asked');
    expect(first.logs.join('')).not.toContain('hidden');
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
});
