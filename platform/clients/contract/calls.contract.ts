import type { IncomingMessage, RequestListener } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { traceFrom, withTrace } from '../../telemetry/trace.ts';
import { withinTime } from '../../time/deadline.ts';
import type { ServiceCall } from '../http/http.ts';
import { createProcessorClient } from '../processor.ts';
import type { Hop } from './hop.fixture.ts';

const get: ServiceCall = { method: 'GET', path: '/', viewer: null };

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Calls of a service, over any transport. */
export function callsContract(hop: Hop): void {
  const serve = async (listener: RequestListener) => (await hop.serve('state', listener)).url;
  const clientOf = (state: string) => hop.client('text-expansion', { state });

  /** A client of a service that gives this one answer. */
  const answering = async (status: number, body: string, contentType = 'application/json') =>
    clientOf(
      await serve((_request, response) =>
        response.writeHead(status, { 'content-type': contentType }).end(body),
      ),
    );

  describe('a call', () => {
    it('carries who asks, for whom, the trace and the body', async () => {
      const http = clientOf(
        await serve(async (request, response) => {
          const { traceparent, 'x-request-id': requestId } = request.headers;
          const caller = await hop.callerOf('state', request);
          const { method, url } = request;
          response.end(
            JSON.stringify({ method, url, caller, traceparent, requestId, body: await bodyOf(request) }),
          );
        }),
      );
      const viewer = { userId: 'auth0|ü😀', roles: ['operator'] };
      const trace = traceFrom({});
      const answer = await withTrace(trace, () =>
        http.call('state', { method: 'POST', path: '/a%20b?c=1', viewer, body: { text: 'ü😀' } }),
      );
      expect(answer).toEqual({
        method: 'POST',
        url: '/a%20b?c=1',
        caller: { service: 'text-expansion', viewer },
        traceparent: trace.traceparent,
        requestId: trace.requestId,
        body: '{"text":"ü😀"}',
      });
    });

    it('fails for an answer whose numbers would not be kept, and takes all others as they are', async () => {
      const rounded = await answering(200, '{"blobs":[{"id":"a","data":{"n":9007199254740993}}]}');
      await expect(rounded.call('state', get)).rejects.toMatchObject({
        code: 'PROCESSING_FAILED',
        message: expect.stringContaining('`/blobs/0/data/n` is the number 9007199254740993'),
      });
      expect(rounded.breakers()).toEqual({ state: 'closed' });
      const exact = await answering(200, '{"__proto__":{"a":1},"n":[1.0,1e2,0.1]}');
      expect(JSON.stringify(await exact.call('state', get))).toBe('{"__proto__":{"a":1},"n":[1,100,0.1]}');
    });

    it('goes to a service by its name or to any address', async () => {
      const own = await serve((_request, response) => response.end('"state"'));
      const other = await hop.serve('summary', (request, response) =>
        response.end(JSON.stringify(request.url)),
      );
      const http = clientOf(own);
      expect(await http.call('state', get)).toBe('state');
      const summary = { id: 'summary', baseUrl: other.url };
      expect(await http.call(summary, { ...get, path: '/blobs?a=1' })).toBe('/blobs?a=1');
    });

    it('resolves to null where the answer is empty', async () => {
      expect(await (await answering(204, '')).call('state', get)).toBeNull();
    });
  });

  describe('a refusal is told as the service told it', () => {
    it.each([
      [404, 'BLOB_NOT_FOUND', undefined],
      [422, 'SOURCE_UNKNOWN', 'parent_id'],
      [409, 'DERIVED_CONFLICT', 'remote_blob_id'],
      [500, 'INTERNAL', undefined],
    ])('%s %s', async (status, code, field) => {
      const error = { code, message: 'So it is.', field, stack: 'secret' };
      const http = await answering(status, JSON.stringify({ error }));
      await expect(http.call('state', get)).rejects.toMatchObject({
        name: 'BlobgraphError',
        code,
        message: 'So it is.',
        field: field ?? null,
      });
    });
  });

  describe('SERVICE_UNAVAILABLE, without a word of what is inside, is what becomes of', () => {
    const unavailable = {
      name: 'BlobgraphError',
      code: 'SERVICE_UNAVAILABLE',
      message: 'The state service did not answer. Try again later.',
    };

    it.each([
      ['a code that is not in our table', 400, '{"error":{"code":"ODD","message":"secret"}}'],
      ['an error in another form', 502, '{"error":"secret"}'],
      ['an error without a body', 503, ''],
      ['a page of a proxy', 502, '<html>secret</html>'],
      ['a page of a proxy that says it went well', 200, '<html>secret</html>'],
      ['JSON that is cut off', 200, '{"blob":'],
      ['a redirection', 302, ''],
    ])('%s', async (_, status, body) => {
      await expect((await answering(status, body)).call('state', get)).rejects.toMatchObject(unavailable);
    });

    it('a connection that is refused', async () => {
      // Nobody listens at port 9.
      await expect(clientOf('http://127.0.0.1:9').call('state', get)).rejects.toMatchObject(unavailable);
    });

    it('a connection that is cut', async () => {
      const http = clientOf(await serve((request) => request.socket.destroy()));
      await expect(http.call('state', get)).rejects.toMatchObject(unavailable);
    });

    it('an answer that does not begin in time', async () => {
      const http = clientOf(await serve(() => undefined));
      await expect(http.call('state', { ...get, timeoutMs: 50 })).rejects.toMatchObject({
        ...unavailable,
        cause: { name: 'TimeoutError' },
      });
    });

    it('an answer that does not end in time', async () => {
      const http = clientOf(
        await serve((_request, response) => {
          response.write('{"blob":');
        }),
      );
      await expect(http.call('state', { ...get, timeoutMs: 50 })).rejects.toMatchObject(unavailable);
    });

    it('a call that its caller gave up, at once', async () => {
      const givingUp = new AbortController();
      const http = clientOf(await serve(() => givingUp.abort()));
      const call = http.call('state', { ...get, signal: givingUp.signal, timeoutMs: 60_000 });
      await expect(call).rejects.toMatchObject({ ...unavailable, cause: { name: 'AbortError' } });
      await expect(http.call('state', { ...get, signal: givingUp.signal })).rejects.toMatchObject(
        unavailable,
      );
    });

    it('a call in work when the client is closed', async () => {
      let asked = () => {};
      const inWork = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const http = clientOf(await serve(() => asked()));
      const call = http.call('state', get);
      const refused = expect(call).rejects.toMatchObject(unavailable);
      await inWork;
      await http.close();
      await refused;
    });
  });

  describe('time', () => {
    it('is told to the service: the call’s own, or what is left of the request’s', async () => {
      const told: number[] = [];
      const http = clientOf(
        await serve((request, response) => {
          told.push(Number(request.headers['x-request-timeout-ms']));
          response.end('1');
        }),
      );
      await http.call('state', { ...get, timeoutMs: 4_000 });
      await withinTime(3_000, () => http.call('state', { ...get, timeoutMs: 4_000 }));
      await withinTime(60_000, () => http.call('state', get));
      expect(told.map((ms) => Math.ceil(ms / 100) * 100)).toEqual([4_000, 3_000, 10_000]);
      expect(told[1]).toBeLessThan(3_000);
    });

    it('that is over is DEADLINE_EXCEEDED: before the call without asking, during it at once', async () => {
      let asked = 0;
      const http = clientOf(
        await serve(() => {
          asked += 1;
        }),
      );
      const exceeded = { name: 'BlobgraphError', code: 'DEADLINE_EXCEEDED' };
      await withinTime(1, () => expect(http.call('state', get)).rejects.toMatchObject(exceeded));
      expect(asked).toBe(0);
      await withinTime(80, () => expect(http.call('state', get)).rejects.toMatchObject(exceeded));
      expect(asked).toBe(1);
      expect(http.breakers()).toEqual({ state: 'closed' });
    });

    it('of whoever asks for a stream says nothing of the service, however often it is over', async () => {
      const http = clientOf(await serve(() => undefined));
      for (let call = 0; call < 6; call++)
        await withinTime(50, () =>
          expect(http.stream('state', get)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' }),
        );
      expect(http.breakers()).toEqual({ state: 'closed' });
    });

    it('of a stream is for its beginning, not for its body', async () => {
      const end: (() => void)[] = [];
      const http = clientOf(
        await serve((_request, response) => {
          response.write('one ');
          end.push(() => response.end('two'));
        }),
      );
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const { body } = await http.stream('state', { ...get, timeoutMs: 2_000 });
      vi.advanceTimersByTime(2_500);
      end[0]?.();
      expect(await textOf(body)).toBe('one two');
    });
  });

  describe('a service that does not answer', () => {
    it.each([
      ['is asked three times by a GET', get, 3],
      ['and by what may be repeated', { ...get, method: 'POST', repeatable: true }, 3],
      ['once by any other', { ...get, method: 'POST' }, 1],
    ] as const)('%s', async (_, call, times) => {
      let asked = 0;
      const http = clientOf(
        await serve((request) => {
          asked += 1;
          request.socket.destroy();
        }),
      );
      await expect(http.call('state', call)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(asked).toBe(times);
    });

    it('is left alone after five calls, and one that refuses is not', async () => {
      let asked = 0;
      let status = 404;
      const http = clientOf(
        await serve((request, response) => {
          asked += 1;
          if (status === 0) request.socket.destroy();
          else response.writeHead(status).end('{"error":{"code":"BLOB_NOT_FOUND","message":"No."}}');
        }),
      );
      const post = () => http.call('state', { ...get, method: 'POST' }).catch(({ code }) => code);
      for (let call = 0; call < 10; call++) expect(await post()).toBe('BLOB_NOT_FOUND');
      status = 0;
      for (let call = 0; call < 10; call++) expect(await post()).toBe('SERVICE_UNAVAILABLE');
      expect(asked).toBe(15);
      expect(http.breakers()).toEqual({ state: 'open' });
    });
  });

  it('a processor’s blobs are asked for on behalf of their user', async () => {
    const http = clientOf('http://127.0.0.1:9');
    const { url: baseUrl } = await hop.serve('summary', async (request, response) => {
      const caller = await hop.callerOf('summary', request);
      const { ids } = JSON.parse(await bodyOf(request)) as { ids: string[] };
      const blobs = ids.map((id) => ({ id, user_id: caller.viewer?.userId, data: { path: request.url } }));
      response.end(JSON.stringify({ blobs }));
    });
    expect(await createProcessorClient(http).blobs({ id: 'summary', baseUrl }, 'alice', ['a', 'b'])).toEqual([
      { id: 'a', user_id: 'alice', data: { path: '/blobs/batch' } },
      { id: 'b', user_id: 'alice', data: { path: '/blobs/batch' } },
    ]);
  });
}
