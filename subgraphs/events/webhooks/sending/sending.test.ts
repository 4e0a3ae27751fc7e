import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hostList } from '../../../../platform/egress/hosts.ts';
import { serve } from '../../../../platform/testing/http-server.ts';
import { lookupBy, resolving } from './lookups.ts';
import { openPost, retryAfterMs } from './post.ts';
import { receiversOf, unreachable } from './receivers.ts';

const PRIVATE = 'must not be at a private address (WEBHOOK_HOSTS names those that may be)';

describe('where webhooks may be sent', () => {
  const check = (
    url: string,
    setting: { production?: boolean; hosts?: string; addresses?: string[] } = {},
  ) => {
    const { production = true, hosts, addresses = ['1.1.1.1'] } = setting;
    const egress = receiversOf({ production, hosts: hosts ? hostList.parse(hosts) : [] });
    return unreachable(url, egress, async () => addresses);
  };

  it.each([
    'https://127.0.0.1/',
    'https://10.1.2.3/',
    'https://192.168.0.1:8443/hooks',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00:ec2::254]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0/',
  ])('not to %s, in development neither', async (url) => {
    expect(await check(url)).toBe(PRIVATE);
    expect(await check(url, { production: false })).toBe(PRIVATE);
  });

  it('not to a name that leads to a private address, be it one of several, nor to one that leads nowhere', async () => {
    expect(await check('https://rebinding.example/', { addresses: ['127.0.0.1'] })).toBe(PRIVATE);
    expect(await check('https://two.example/', { addresses: ['1.1.1.1', '10.0.0.1'] })).toBe(PRIVATE);
    expect(await check('https://nowhere.example/', { addresses: [] })).toBe(
      'must be at a host that can be found',
    );
  });

  it('over https in production, and over nothing but HTTP', async () => {
    expect(await check('https://receiver.example/')).toBeNull();
    expect(await check('http://receiver.example/')).toBe('must begin with `https://`');
    expect(await check('http://receiver.example/', { production: false })).toBeNull();
    for (const url of ['ftp://receiver.example/', 'file:///etc/passwd'])
      expect(await check(url, { production: false })).toMatch(/^must begin with/);
  });

  it('to private addresses of hosts that are named in full, and never where no service is', async () => {
    const hosts = '127.0.0.1:9000,hooks.internal,*.example';
    const addresses = ['10.0.0.1'];
    expect(await check('https://127.0.0.1:9000/', { hosts })).toBeNull();
    expect(await check('https://127.0.0.1:9001/', { hosts })).toBe(PRIVATE);
    expect(await check('https://hooks.internal/', { hosts, addresses })).toBeNull();
    expect(await check('https://a.example/', { hosts, addresses })).toBe(PRIVATE);
    expect(await check('https://hooks.internal/', { hosts, addresses: ['169.254.169.254'] })).toBe(PRIVATE);
  });
});

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Sends one letter to a server on this machine, which `records` may name otherwise. */
async function sendTo(
  listener: Listener,
  {
    host = '127.0.0.1',
    timeoutMs = 5_000,
    allowed = true,
    addresses = ['127.0.0.1'],
    signal = new AbortController().signal,
  } = {},
) {
  const address = await serve(listener);
  const { port } = new URL(address);
  const hosts = allowed ? hostList.parse(`${host}:${port}`) : [];
  const egress = receiversOf({ production: false, hosts });
  const post = openPost({ egress, timeoutMs, lookup: lookupBy(async () => addresses) });
  onTestFinished(() => post.close());
  return post.send({
    url: `http://${host}:${port}/hook?a=1`,
    headers: { 'webhook-id': 'm' },
    body: '{"a":1}',
    signal,
  });
}

describe('a letter', () => {
  it('arrives as it is, and counts as delivered with 2xx', async () => {
    const seen: unknown[] = [];
    const answer = await sendTo((request, response) => {
      const { method, url, headers } = request;
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        seen.push({ method, url, type: headers['content-type'], id: headers['webhook-id'], body });
        response.writeHead(202).end('thank you');
      });
    });
    expect(answer).toEqual({ status: 202, error: null, retryAfterMs: null });
    expect(seen).toEqual([
      { method: 'POST', url: '/hook?a=1', type: 'application/json', id: 'm', body: '{"a":1}' },
    ]);
  });

  it.each([
    [404, 'The receiver answered 404.'],
    [410, 'The receiver answered 410.'],
    [500, 'The receiver answered 500.'],
  ])('that is answered %d does not', async (status, error) => {
    const answer = await sendTo((_request, response) => response.writeHead(status).end());
    expect(answer).toEqual({ status, error, retryAfterMs: null });
  });

  it('is told when to come again', async () => {
    const answer = await sendTo((_request, response) =>
      response.writeHead(429, { 'retry-after': '7' }).end(),
    );
    expect(answer).toMatchObject({ status: 429, retryAfterMs: 7_000 });
  });

  it('follows no redirect, to the metadata of a cloud neither', async () => {
    const answer = await sendTo((_request, response) =>
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
    );
    expect(answer).toMatchObject({
      status: 307,
      error: expect.stringContaining('Redirects are not followed'),
    });
  });

  it('is not sent where a name leads to this machine', async () => {
    let asked = 0;
    const answer = await sendTo(
      (_request, response) => {
        asked += 1;
        response.end();
      },
      { host: 'rebinding.example', allowed: false },
    );
    expect(answer).toEqual({
      status: null,
      error: 'The host is at an address to which nothing is sent.',
      retryAfterMs: null,
    });
    expect(asked).toBe(0);
  });

  it('says when there is no such host', async () => {
    const answer = await sendTo((_request, response) => response.end(), {
      ...{ host: 'nowhere.example', addresses: [] as string[] },
    });
    expect(answer).toMatchObject({ status: null, error: 'The host was not found.' });
  });

  it('waits no longer than it may for a receiver that never answers', async () => {
    const answer = await sendTo(() => undefined, { timeoutMs: 300 });
    expect(answer).toMatchObject({ status: null, error: 'No answer came within 0.3 s.' });
  });

  it('takes little of an answer that never ends, and counts its status', async () => {
    let sent = 0;
    const closed = vi.fn();
    const answer = await sendTo((request, response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(4_096))) sent += 4_096;
      };
      response.on('drain', pour);
      request.socket.once('close', closed);
      pour();
    });
    expect(answer).toMatchObject({ status: 200, error: null });
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
    expect(sent).toBeLessThan(16 * 1024 ** 2);
  });

  it('takes no headers that never end', async () => {
    const answer = await sendTo((request) => {
      const { socket } = request;
      socket.write('HTTP/1.1 200 OK\r\n');
      const more = () => {
        while (!socket.destroyed && socket.write(`x-more: ${'a'.repeat(1_000)}\r\n`));
      };
      socket.on('drain', more);
      socket.on('error', () => undefined);
      more();
    });
    expect(answer).toMatchObject({ status: null, error: 'The answer’s headers are too long.' });
  });

  it('says what is in the way, without what lies behind', async () => {
    const cut = await sendTo((request) => request.socket.destroy());
    expect(cut).toMatchObject({ status: null, error: 'The connection was cut.' });
  });

  it('can be broken off', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const sent = sendTo(() => controller.abort(reason), { signal: controller.signal });
    await expect(sent).rejects.toBe(reason);
  });
});

it.each([
  ['120', 120_000],
  [' 5 ', 5_000],
  ['Sat, 31 Jan 2026 12:01:00 GMT', 60_000],
  ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
  ['soon', null],
  ['1', 1_000],
  ['-1', null],
  [undefined, null],
])('Retry-After: %s is %s ms', (header, expected) => {
  expect(retryAfterMs(header, new Date('2026-01-31T12:00:00Z'))).toBe(expected);
});

it('asks the system for hosts that the operator names, and nobody for those of this machine', async () => {
  const resolve = resolving(hostList.parse('127.0.0.1:9000'));
  expect(await resolve('127.0.0.1')).toEqual(['127.0.0.1']);
  for (const host of ['localhost', 'a.LOCALHOST', 'localhost.'])
    expect(await resolve(host)).toEqual(['127.0.0.1', '::1']);
});
