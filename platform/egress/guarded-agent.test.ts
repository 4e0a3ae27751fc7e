import type { LookupAddress, LookupOptions } from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEgress, ForbiddenAddress, guardedAgent } from './guarded-agent.ts';
import { hostList } from './hosts.ts';

/** A server on this machine, and the port of it. */
async function serve(listener: RequestListener = (_request, response) => response.end('here')) {
  let asked = 0;
  const server = createServer((incoming, response) => {
    asked += 1;
    listener(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
}

type Records = Readonly<Record<string, readonly string[][]>>;

/** A resolver whose answers follow each other, the last one for ever. */
function resolver(records: Records) {
  const counts = new Map<string, number>();
  const resolve = (
    host: string,
    _options: LookupOptions,
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ) => {
    const answers = records[host] ?? [];
    const count = counts.get(host) ?? 0;
    counts.set(host, count + 1);
    const answer = answers[Math.min(count, answers.length - 1)];
    if (!answer) return callback(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []);
    callback(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { resolve: resolve as never, counts };
}

interface Setting {
  readonly production?: boolean;
  readonly hosts?: string;
  readonly records?: Records;
}

function agentOf({ production = false, hosts, records = {} }: Setting) {
  const egress = createEgress({
    production,
    urls: {},
    ...(hosts === undefined ? {} : { hosts: hostList.parse(hosts) }),
  });
  const { resolve, counts } = resolver(records);
  const agent = guardedAgent(egress, { resolve, connectTimeout: 1_000 });
  onTestFinished(() => agent.destroy());
  const get = async (url: string) => {
    const { statusCode, body } = await request(url, { dispatcher: agent });
    return [statusCode, await body.text()];
  };
  return { get, counts };
}

describe('a connection to a registered address', () => {
  it('is made in development, on this machine too', async () => {
    const { port } = await serve();
    const { get } = agentOf({ records: { localhost: [['127.0.0.1']] } });
    expect(await get(`http://127.0.0.1:${port}/`)).toEqual([200, 'here']);
    expect(await get(`http://localhost:${port}/`)).toEqual([200, 'here']);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.169.254./',
    'http://0/',
    'http://0.0.0.0:PORT/',
    'http://[::]:PORT/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:0.0.0.0]:PORT/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
  ])('is not made to %s, in development neither', async (url) => {
    const { port, asked } = await serve();
    const { get } = agentOf({});
    await expect(get(url.replace('PORT', String(port)))).rejects.toThrow(ForbiddenAddress);
    expect(asked()).toBe(0);
  });

  it('is not made where a name leads to such an address, be it one of several', async () => {
    const { port, asked } = await serve();
    const records = {
      'meta.example': [['169.254.169.254']],
      'two.example': [['127.0.0.1', '169.254.169.254']],
      'mapped.example': [['::ffff:169.254.169.254']],
      'zero.example': [['0.0.0.0']],
      'none.example': [[]],
    };
    const { get } = agentOf({ records });
    for (const host of Object.keys(records))
      await expect(get(`http://${host}:${port}/`)).rejects.toThrow(ForbiddenAddress);
    expect(asked()).toBe(0);
  });

  it('goes to the address that was looked at, whatever the name leads to a moment later', async () => {
    const { port } = await serve();
    const { get, counts } = agentOf({
      records: { 'rebinding.example': [['127.0.0.1'], ['169.254.169.254']] },
    });
    expect(await get(`http://rebinding.example:${port}/`)).toEqual([200, 'here']);
    expect(counts.get('rebinding.example')).toBe(1);
  });

  it('follows no redirect', async () => {
    const inner = await serve();
    const { port } = await serve((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${inner.port}/` }).end(),
    );
    const { get } = agentOf({});
    expect(await get(`http://127.0.0.1:${port}/`)).toEqual([302, '']);
    expect(inner.asked()).toBe(0);
  });
});

describe('in production', () => {
  const records = { 'summary.internal': [['127.0.0.1']], 'a.processors.example': [['127.0.0.1']] };
  const setting = { production: true, hosts: 'summary.internal,*.processors.example', records };

  it('a host that is named in full is called wherever it is', async () => {
    const { port } = await serve();
    expect(await agentOf(setting).get(`http://summary.internal:${port}/`)).toEqual([200, 'here']);
  });

  it('a host that is not named is not even looked up', async () => {
    const { port, asked } = await serve();
    const { get, counts } = agentOf({ ...setting, records: { ...records, 'evil.example': [['127.0.0.1']] } });
    for (const host of ['evil.example', '127.0.0.1', 'localhost', 'xsummary.internal'])
      await expect(get(`http://${host}:${port}/`)).rejects.toThrow('PROCESSOR_HOSTS');
    expect([asked(), counts.size]).toEqual([0, 0]);
  });

  it('whoever owns a domain cannot send its names to this network', async () => {
    const { port, asked } = await serve();
    await expect(agentOf(setting).get(`http://a.processors.example:${port}/`)).rejects.toThrow(
      ForbiddenAddress,
    );
    expect(asked()).toBe(0);
  });
});

it('nothing is sent before the address that answered was looked at', async () => {
  let bytes = 0;
  const server = createTcpServer((socket) => socket.on('data', (chunk) => (bytes += chunk.length)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  // A resolver that is not heeded: only the look at the connection itself is left.
  const egress = createEgress({ production: false, urls: {} });
  let looks = 0;
  const agent = guardedAgent(
    { ...egress, mayConnect: () => ++looks === 1 },
    { resolve: resolver({ 'a.example': [['127.0.0.1']] }).resolve, connectTimeout: 1_000 },
  );
  onTestFinished(() => agent.destroy());
  await expect(request(`http://a.example:${port}/`, { dispatcher: agent })).rejects.toThrow(ForbiddenAddress);
  expect([bytes, looks]).toEqual([0, 2]);
});
