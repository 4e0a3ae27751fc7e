import { connect } from 'node:net';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobgraphError, type ErrorCode, errorTable, InputErrors } from '../../errors/errors.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { currentTrace } from '../../telemetry/trace.ts';
import { timeFor } from '../../time/deadline.ts';
import { BODY_LIMIT_BYTES, createHttpServer } from './http.ts';

const logs: string[] = [];
const app = createHttpServer({ logger: createLogger('info', { write: (line) => void logs.push(line) }) });

const faults: Record<string, () => unknown> = {
  error: () => new Error('connect ECONNREFUSED postgres://user:sekret@host'),
  away: () => Object.assign(new Error('sekret@host'), { code: 'ECONNREFUSED' }),
  'syntax-error': () => new SyntaxError('Unexpected token in sekret'),
  'type-error': () => new TypeError('sekret is not a function'),
  text: () => 'sekret',
  several: () =>
    new InputErrors([
      { code: 'VALIDATION_FAILED', field: 'a', message: '`a` is missing.' },
      { code: 'BLOB_TOO_LARGE', field: null, message: 'Too large.' },
    ]),
  caused: () =>
    new BlobgraphError('BLOB_NOT_FOUND', 'Not there.', { field: 'id', cause: new Error('sekret') }),
};

beforeAll(() => {
  app.post('/echo', async (request) => ({ body: request.body, trace: currentTrace() }));
  app.get('/time', async () => ({ left: timeFor(3_600_000) }));
  app.get<{ Params: { id: string } }>('/things/:id', async ({ params }) => params);
  app.get<{ Params: { code: ErrorCode } }>('/codes/:code', async ({ params }) => {
    throw new BlobgraphError(params.code, `It is ${params.code}.`);
  });
  app.get<{ Params: { fault: string } }>('/faults/:fault', async ({ params }) => {
    throw faults[params.fault]?.();
  });
});

afterAll(() => app.close());

async function refusal(request: InjectOptions) {
  const response = await app.inject(request);
  const { error, request_id, ...rest } = response.json();
  expect(request_id).toBe(response.headers['x-request-id']);
  expect(response.payload).not.toMatch(/sekret|stack|\.ts|node_modules/);
  return { status: response.statusCode, error, rest };
}

const post = (payload: string, contentType?: string): InjectOptions => ({
  method: 'POST',
  url: '/echo',
  payload,
  headers: contentType === undefined ? {} : { 'content-type': contentType },
});

describe('a body of JSON', () => {
  it.each([
    ['{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}'],
    ['{"n":0.1,"m":1,"k":100,"z":0,"$set":{"a":1},"a.b":2,"":3}'],
    ['{"content":"9007199254740993 in words, 1e400 too"}'],
  ])('comes as it was sent: %s', async (text) => {
    const answer = await app.inject(post(text, 'application/json; charset=utf-8'));
    expect(answer.payload).toContain(`{"body":${text},`);
  });

  it.each([
    ['{"content":"x","n":9007199254740993}', 'n', '/n'],
    ['{"content":"x","n":1e400}', 'n', '/n'],
    ['{"a":[{"n":12345678901234567890}]}', 'a.0.n', '/a/0/n'],
  ])('is refused for a number that would not be kept: %s', async (text, field, pointer) => {
    const answer = await refusal(post(text, 'application/json'));
    expect(answer).toMatchObject({ status: 400, error: { code: 'VALIDATION_FAILED', field } });
    expect(answer.error.message).toContain(`\`${pointer}\``);
  });

  it('takes 1.0, 1e2 and -0 for their values, and a BOM for none', async () => {
    const answer = await app.inject(post('\ufeff{"m":1.0,"k":1e2,"z":-0}', 'application/json'));
    expect(answer.payload).toContain('{"body":{"m":1,"k":100,"z":0},');
  });
});

describe('refusals before any route is asked', () => {
  it('413 for a body that is too large, and not for the largest', async () => {
    const quotes = 2;
    const largest = await app.inject(
      post(JSON.stringify('a'.repeat(BODY_LIMIT_BYTES - quotes)), 'application/json'),
    );
    expect(largest.statusCode).toBe(200);
    expect(
      await refusal(post(JSON.stringify('a'.repeat(BODY_LIMIT_BYTES)), 'application/json')),
    ).toMatchObject({
      status: 413,
      error: { code: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining('8 MiB') },
    });
  });

  it('413 reaches a client that is still sending, and its connection stays', async () => {
    const server = createHttpServer({ logger: createLogger('silent') });
    server.post('/echo', async () => ({}));
    const socket = connect(Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port));
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
    const head = (length: number) =>
      `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    socket.write(`${head(BODY_LIMIT_BYTES + 1)}"`);
    await expect.poll(() => received).toContain('PAYLOAD_TOO_LARGE');
    socket.write(`${'x'.repeat(BODY_LIMIT_BYTES)}${head(2)}{}`);
    await expect.poll(() => received).toContain('200 OK');
    socket.destroy();
    await server.close();
  });

  it.each([
    ['no JSON', post('{"sekret":', 'application/json'), 'The body is not valid JSON.'],
    ['Latin-1', { ...post('', 'application/json'), payload: Buffer.from('"\xe9"', 'latin1') }, /not UTF-8/],
    ['nothing', post('', 'application/json'), 'The body is empty. Send a JSON document.'],
  ])('400 for a body of %s', async (_, request, message) => {
    expect(await refusal(request)).toMatchObject({
      status: 400,
      error: {
        code: 'BAD_REQUEST',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      },
    });
  });

  it.each([
    ['a form', post('sekret=1', 'application/x-www-form-urlencoded'), /must be JSON/],
    ['plain text', post('{"sekret":1}', 'text/plain'), /must be JSON/],
    ['no type', post('{"sekret":1}'), /must be JSON/],
    ['a type that is none', post('{"sekret":1}', 'sekret'), /must be JSON/],
    ['another charset', post('{"sekret":1}', 'application/json; charset=utf-7'), /JSON is UTF-8/],
  ])('415 for a body of %s', async (_, request, message) => {
    expect(await refusal(request)).toMatchObject({
      status: 415,
      error: { code: 'MEDIA_TYPE_UNSUPPORTED', message: expect.stringMatching(message) },
    });
  });

  it.each([
    ['GET', '/nowhere?word=sekret', 'There is nothing at GET /nowhere.'],
    ['GET', `/things/${'a'.repeat(3_000)}`, 'There is nothing at so long a path.'],
  ] as const)('404 for %s %s', async (method, url, message) => {
    expect(await refusal({ method, url })).toMatchObject({
      status: 404,
      error: { code: 'NOT_FOUND', message },
    });
  });

  it('405 for a method that a path has not, with those that it has', async () => {
    const { statusCode, headers, body } = await app.inject({ method: 'DELETE', url: '/echo' });
    expect([statusCode, headers['allow'], JSON.parse(body).error.code]).toEqual([
      405,
      'POST',
      'METHOD_NOT_ALLOWED',
    ]);
  });

  it.each(['/things/%', '/things/%zz', '/things/%ff'])('400 for the path %s', async (url) => {
    expect(await refusal({ method: 'GET', url })).toMatchObject({
      status: 400,
      error: { code: 'BAD_REQUEST', message: expect.stringContaining('percent-encode') },
    });
  });

  it('takes the longest user id in a path', async () => {
    for (const id of ['a'.repeat(256), '😀'.repeat(128), 'م'.repeat(256), '€'.repeat(256)]) {
      const response = await app.inject({ method: 'GET', url: `/things/${encodeURIComponent(id)}` });
      expect(response.json()).toEqual({ id });
    }
  });
});

describe('errors of routes', () => {
  it.each(Object.keys(errorTable) as ErrorCode[])('%s has the status of the table', async (code) => {
    expect(await refusal({ method: 'GET', url: `/codes/${code}` })).toEqual({
      status: errorTable[code].status,
      error: { code, message: `It is ${code}.` },
      rest: {},
    });
  });

  it('tell the field, and not the cause', async () => {
    expect(await refusal({ method: 'GET', url: '/faults/caused' })).toEqual({
      status: 404,
      error: { code: 'BLOB_NOT_FOUND', message: 'Not there.', field: 'id' },
      rest: {},
    });
  });

  it('tell every mistake of the input, by the status of the first', async () => {
    const first = { code: 'VALIDATION_FAILED', message: '`a` is missing.', field: 'a' };
    expect(await refusal({ method: 'GET', url: '/faults/several' })).toEqual({
      status: 400,
      error: first,
      rest: { errors: [first, { code: 'BLOB_TOO_LARGE', message: 'Too large.' }] },
    });
  });

  it('tell that a store is away, and log why', async () => {
    logs.length = 0;
    expect(await refusal({ method: 'GET', url: '/faults/away' })).toEqual({
      status: 503,
      error: { code: 'SERVICE_UNAVAILABLE', message: 'A store is out of reach. Try again later.' },
      rest: {},
    });
    expect(logs).toEqual([expect.stringContaining('a store is out of reach')]);
  });

  it.each(['error', 'syntax-error', 'type-error', 'text'])(
    'of our own making tell nothing, and are logged with the request id: %s',
    async (fault) => {
      logs.length = 0;
      const url = `/faults/${fault}`;
      const response = await app.inject({ method: 'GET', url, headers: { 'x-request-id': 'asked-1' } });
      expect(response.statusCode).toBe(500);
      expect(response.json()).toEqual({
        error: { code: 'INTERNAL', message: 'Something went wrong on our side.' },
        request_id: 'asked-1',
      });
      expect(logs.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({ requestId: 'asked-1', msg: 'request failed', err: expect.anything() }),
      ]);
    },
  );
});

describe('the caller’s time', () => {
  const timeLeft = async (headers: Record<string, string>) => {
    const response = await app.inject({ method: 'GET', url: '/time', headers });
    return response.json().left;
  };

  it('is what a request has, the default where there is none or a longer one', async () => {
    expect(await timeLeft({ 'x-request-timeout-ms': '5000' })).toBeCloseTo(5_000, -3);
    for (const header of ['600000', 'soon', '-1'])
      expect(await timeLeft({ 'x-request-timeout-ms': header })).toBeCloseTo(30_000, -3);
    expect(await timeLeft({})).toBeCloseTo(30_000, -3);
  });

  it('that is over is refused', async () => {
    expect(await refusal({ url: '/time', headers: { 'x-request-timeout-ms': '0' } })).toMatchObject({
      status: 504,
      error: { code: 'DEADLINE_EXCEEDED' },
    });
  });
});

it('503 says when to come again, other refusals do not', async () => {
  const retryAfter = async (code: ErrorCode) => (await app.inject(`/codes/${code}`)).headers['retry-after'];
  expect(
    await Promise.all((['OVERLOADED', 'SERVICE_UNAVAILABLE', 'NOT_FOUND'] as const).map(retryAfter)),
  ).toEqual(['1', '1', undefined]);
});

describe('request ids and traces', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const echo = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/echo', payload: {}, headers });

  it('a well-formed request id is given back, and followed', async () => {
    const response = await echo({ 'x-request-id': 'My_request-1', traceparent });
    expect(response.headers['x-request-id']).toBe('My_request-1');
    expect(response.json().trace).toMatchObject({ requestId: 'My_request-1', traceparent });
  });

  it.each(['', 'two words', 'a'.repeat(65), '<b>', 'ü'])('another one is replaced: %j', async (requestId) => {
    const response = await echo({ 'x-request-id': requestId });
    const given = response.headers['x-request-id'];
    expect(given).toMatch(/^[\w-]{16}$/);
    expect(response.json().trace.requestId).toBe(given);
  });

  it.each(['/things/%', '/nowhere'])('also where nothing is routed: %s', async (url) => {
    const response = await app.inject({ method: 'GET', url, headers: { 'x-request-id': 'mine' } });
    expect(response.headers['x-request-id']).toBe('mine');
    expect(response.json().request_id).toBe('mine');
  });
});
