import { AsyncLocalStorage } from 'node:async_hooks';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServiceHttp, type ServiceCall } from '../clients/http/http.ts';
import { LocalRequest } from '../clients/local/request.ts';
import { createLocalTransport } from '../clients/local/transport.ts';
import { loadConfig, type ServiceName } from '../config/config.ts';
import { BlobgraphError } from '../errors/errors.ts';
import { currentTrace, traceFrom, withTrace } from '../telemetry/trace.ts';
import { testEgress, testTokens } from '../testing/identity.ts';
import { startTestService, viewer } from '../testing/service.ts';
import { timeFor, withinTime } from '../time/deadline.ts';
import { whileOpen } from './http/while-open.ts';

const alice = viewer('alice', 'operator');
const who: ServiceCall = { method: 'GET', path: '/who', viewer: alice };
const callersOwn = new AsyncLocalStorage<string>();

/** Requests that the service holds, and the number of those whose callers went. */
class Seen {
  readonly held: (() => void)[] = [];
  gone = 0;
}

function install(app: FastifyInstance, seen: Seen): void {
  app.get('/who', async ({ caller }) => caller);
  app.post('/who', async ({ caller, body }) => ({ caller, body }));
  app.get('/trace', async () => ({
    requestId: currentTrace()?.requestId,
    timeMs: timeFor(60_000),
    callersOwn: callersOwn.getStore() ?? null,
  }));
  app.get('/refusal', () =>
    Promise.reject(new BlobgraphError('SOURCE_UNKNOWN', 'So it is.', { field: 'data' })),
  );
  app.get('/fault', () => Promise.reject(new Error('secret')));
  app.get('/held', (_request, reply) => {
    whileOpen(reply).addEventListener('abort', () => {
      seen.gone += 1;
    });
    return new Promise<string>((resolve) => seen.held.push(() => resolve('"done"')));
  });
}

describe.each(['over a socket', 'within the process'] as const)('a call %s', (way) => {
  async function start(limits: { requests?: number } = {}) {
    const seen = new Seen();
    const service = await startTestService(
      {
        name: 'schemas',
        create: async () => ({ checks: {}, install: async (app) => install(app, seen) }),
      },
      {
        sql: () => Promise.reject(new Error('not asked for')),
        config: { limits: { ...loadConfig({}).limits, ...limits } },
      },
    );
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= service.stop();
      return stopped;
    };
    onTestFinished(stop);
    const clientOf = (caller: ServiceName) => {
      const http = createServiceHttp({
        urls: { ...loadConfig({}).urls, schemas: service.url },
        tokens: testTokens(caller),
        egress: testEgress,
        local: way === 'within the process' ? createLocalTransport(caller, service.runtime.local) : undefined,
      });
      onTestFinished(() => http.close());
      return http;
    };
    return { seen, stop, clientOf, http: clientOf('gateway') };
  }
  const code = (expected: string) => expect.objectContaining({ code: expected });

  it('says who asks and for whom, and is let in by that', async () => {
    const { http, clientOf } = await start();
    expect(await http.call('schemas', who)).toEqual({ service: 'gateway', viewer: alice });
    await expect(clientOf('state').call('schemas', who)).rejects.toEqual(code('FORBIDDEN'));
    await expect(clientOf('state').call('schemas', { ...who, viewer: null })).rejects.toEqual(
      code('FORBIDDEN'),
    );
    await expect(http.call('schemas', { ...who, viewer: null })).rejects.toEqual(code('UNAUTHENTICATED'));
  });

  it('opens the route that it is for, and no other, and names nobody who cannot be', async () => {
    const { http } = await start();
    const other = { ...who, path: { path: '/who', template: '/trace' } };
    await expect(http.call('schemas', other)).rejects.toEqual(code('UNAUTHENTICATED'));
    for (const userId of ['', 'a\0b', '\ud800', 'x'.repeat(257)])
      await expect(http.call('schemas', { ...who, viewer: viewer(userId) })).rejects.toEqual(
        code('UNAUTHENTICATED'),
      );
    const reader = viewer('alice', 'scopes:read');
    expect(await http.call('schemas', { ...who, viewer: reader })).toMatchObject({ viewer: reader });
  });

  it('has the trace and the time of whoever asks, and nothing else of it', async () => {
    const { http } = await start();
    const trace = traceFrom({});
    const call = { ...who, path: '/trace' };
    const told = await withTrace(trace, () =>
      callersOwn.run('mine', () => withinTime(5_000, () => http.call('schemas', call))),
    );
    expect(told).toEqual({ requestId: trace.requestId, timeMs: expect.any(Number), callersOwn: null });
    expect((told as { timeMs: number }).timeMs).toBeLessThan(5_000);
  });

  it('is refused as the service tells it', async () => {
    const { http } = await start();
    const refusal = { code: 'SOURCE_UNKNOWN', message: 'So it is.', field: 'data' };
    await expect(http.call('schemas', { ...who, path: '/refusal' })).rejects.toMatchObject(refusal);
    const fault = { code: 'INTERNAL', message: 'Something went wrong on our side.' };
    await expect(http.call('schemas', { ...who, path: '/fault' })).rejects.toMatchObject(fault);
    const missing = { ...who, path: '/nowhere' };
    await expect(http.call('schemas', missing)).rejects.toEqual(code('NOT_FOUND'));
  });

  it('has a body within the limits', async () => {
    const { http } = await start();
    const post = (json: string) => http.call('schemas', { ...who, method: 'POST', json });
    expect(await post('{"text":"ü😀\\ud800"}')).toMatchObject({ body: { text: 'ü😀\ud800' } });
    await expect(post(JSON.stringify('x'.repeat(8 * 1024 * 1024)))).rejects.toEqual(
      code('PAYLOAD_TOO_LARGE'),
    );
    await expect(post('['.repeat(10_000) + ']'.repeat(10_000))).rejects.toEqual(code('VALIDATION_FAILED'));
    await expect(post('{"a":')).rejects.toEqual(code('BAD_REQUEST'));
  });

  it('counts as the service’s load, and is out of it when its caller gives up', async () => {
    const { http, seen } = await start({ requests: 1 });
    const given = new AbortController();
    const held = http.call('schemas', { ...who, path: '/held', signal: given.signal });
    const givenUp = expect(held).rejects.toEqual(code('SERVICE_UNAVAILABLE'));
    await expect.poll(() => seen.held.length).toBe(1);
    await expect(http.call('schemas', who)).rejects.toEqual(code('OVERLOADED'));
    given.abort();
    await givenUp;
    await expect.poll(() => http.call('schemas', who).catch(() => null)).toMatchObject({ viewer: alice });
    expect(seen.gone).toBe(1);
  });

  it('is given up when its time is over', async () => {
    const { http, seen } = await start();
    const held = withinTime(150, () => http.call('schemas', { ...who, path: '/held' }));
    await expect(held).rejects.toEqual(code('DEADLINE_EXCEEDED'));
    await expect.poll(() => seen.gone).toBe(1);
  });

  it('is answered while the service closes, and no longer made then', async () => {
    const { http, seen, stop } = await start();
    const held = http.call('schemas', { ...who, path: '/held' });
    await expect.poll(() => seen.held.length).toBe(1);
    let isClosed = false;
    const closed = stop().then(() => {
      isClosed = true;
    });
    const another = () =>
      http.call('schemas', { ...who, method: 'POST', body: {} }).catch(({ code: why }) => why);
    await expect.poll(another).toBe('SERVICE_UNAVAILABLE');
    expect(isClosed).toBe(false);
    for (const letGo of seen.held) letGo();
    expect(await held).toBe('done');
    await closed;
    expect(await another()).toBe('SERVICE_UNAVAILABLE');
  });
});

describe('who asks within the process', () => {
  const identity = { caller: { service: 'gateway', viewer: alice }, route: 'GET /who' };

  it('cannot be claimed by anything that comes over a socket', async () => {
    const { url } = await startTestService(
      {
        name: 'schemas',
        create: async () => ({ checks: {}, install: async (app) => install(app, new Seen()) }),
      },
      { sql: () => Promise.reject(new Error('not asked for')) },
    );
    const told = JSON.stringify(identity);
    const names = [
      'x-caller',
      'x-service',
      'x-identity',
      'x-local',
      'identity',
      'caller',
      'authorization',
      'forwarded',
    ];
    for (const name of names) {
      const { status } = await fetch(`${url}/who`, { headers: { [name]: told } });
      expect([name, status]).toEqual([name, 401]);
    }
  });

  it('is what its maker said, and of nothing that only looks like it', () => {
    const { method, url, headers } = { method: 'GET', url: '/who', headers: {} };
    const made = new LocalRequest(
      { identity, method, url, headers, body: undefined, onBroken: () => undefined },
      'localhost',
    );
    expect(LocalRequest.identityOf(made)).toBe(identity);
    const lookalikes = [
      new IncomingMessage(new Socket()),
      Object.assign(new IncomingMessage(new Socket()), { identity, '#identity': identity }),
      Object.create(made),
      Object.create(LocalRequest.prototype),
      { ...made },
    ];
    expect(lookalikes.map((each) => LocalRequest.identityOf(each))).toEqual(lookalikes.map(() => undefined));
  });
});
