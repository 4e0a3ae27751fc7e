import { connect } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

let graph: TestGraph;
let url: string;

beforeAll(async () => {
  graph = await startTestGraph();
  ({ url } = graph.gateway);
});

afterAll(() => graph.stop());

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { statusCode: status, headers: told, body } = await request(url + path, { method, headers });
  return { status, headers: told, body: await body.text() };
}

describe('the start page', () => {
  test('links to what is served, and to nothing else', async () => {
    const { status, headers, body } = await ask('/', { accept: BROWSER });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const links = [...body.matchAll(/href="(\/[^"]*)"/g)].map(([, href]) => href ?? '');
    expect(links).toEqual(expect.arrayContaining(['/graphiql/', '/health', '/ready']));
    // GraphiQL is built or says how to build it.
    for (const link of links) expect([200, 503]).toContain((await ask(link, { accept: BROWSER })).status);
  });

  test('says what runs, as `/ready` does', async () => {
    const { body } = await ask('/');
    const { embedded, checks } = JSON.parse((await ask('/ready')).body);
    for (const name of [...embedded, ...Object.keys(checks)]) expect(body).toContain(name);
  });

  test('does not say so under a foreign host name', async () => {
    const { status, body } = await ask('/', { host: 'rebound.example' });
    expect(status).toBe(200);
    expect(body).not.toMatch(/What runs|PostgreSQL/);
  });

  test('has no scripts, loads nothing from elsewhere, and allows no framing', async () => {
    const { headers, body } = await ask('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]+=*'; img-src data:; .*frame-ancestors 'none'$/,
    );
    expect(body).not.toMatch(/<script|https?:\/\//);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'x-frame-options': 'DENY',
    });
  });

  test('answers HEAD, keeps robots out and has no icon', async () => {
    expect(await ask('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect((await ask('/robots.txt')).body).toContain('Disallow: /');
    expect((await ask('/favicon.ico')).status).toBe(204);
  });
});

describe('a browser at `/graphql`', () => {
  test.each(['/graphql', '/graphql/'])('is redirected to GraphiQL from %s', async (path) => {
    const { status, headers } = await ask(path, { accept: BROWSER });
    expect([status, headers['location'], headers['vary']]).toEqual([302, '/graphiql/', 'origin, accept']);
  });

  test.each(['*/*', 'application/json', 'application/graphql-response+json, text/html;q=0.1', ''])(
    'a client that accepts %j is not',
    async (accept) => expect((await ask('/graphql', { accept })).status).toBe(401),
  );

  test('nor is an operation', async () => {
    expect((await ask('/graphql?query={__typename}', { accept: BROWSER })).status).toBe(401);
    expect((await ask('/graphql', { accept: BROWSER }, 'POST')).status).toBe(401);
  });
});

describe('what is not there', () => {
  test.each([
    ['GET', '/nothing', 404],
    ['GET', '/api/v1/nothing', 404],
    ['DELETE', '/', 405],
    ['PUT', '/graphql', 405],
    ['DELETE', '/ready', 405],
    ['GET', '/api/v1/uploads', 405],
    ['DELETE', '/graphiql/config.json', 405],
  ])('%s %s is answered to programs as JSON: %i', async (method, path, status) => {
    const answer = await ask(path, {}, method);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/(?:problem\+)?json/);
    expect(answer.body).toContain(status === 404 ? '"NOT_FOUND"' : '"METHOD_NOT_ALLOWED"');
    if (status === 405) expect(answer.headers['allow']).toMatch(/^[A-Z]+(?:, [A-Z]+)*$/);
    else expect(answer.headers['allow']).toBeUndefined();
  });

  test('is answered to a browser as a page, in which nothing from the URL is executed', async () => {
    for (const path of ['/nothing/<img src=x>', '/api/v1/nothing']) {
      const { status, headers, body } = await ask(path, { accept: BROWSER });
      expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
      expect(body).not.toContain('<img');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  test('an extra slash is redirected, for reads only', async () => {
    for (const path of ['/health/', '/ready/', '/robots.txt///'])
      expect((await ask(path)).headers['location']).toBe(path.replace(/\/+$/, ''));
    expect((await ask('/health/?x=1')).headers['location']).toBe('/health?x=1');
    expect((await ask('/api/v1/uploads/', {}, 'POST')).status).toBe(404);
    for (const path of ['//evil.example/', '//evil.example//', '/\\evil.example/', '/%2f/evil.example/'])
      expect((await ask(path)).headers['location']).toBeUndefined();
  });

  test('nor is a file beside those of GraphiQL', async () => {
    for (const path of [
      '/graphiql/..%2f..%2fpackage.json',
      '/graphiql/%2e%2e/%2e%2e/package.json',
      '/graphiql/.env',
      '/graphiql/..%5c..%5cpackage.json',
    ])
      expect([404, 503]).toContain((await ask(path)).status);
  });
});

test('every answer has security headers, also without a route', async () => {
  const paths = [
    '/',
    '/nothing',
    '/health',
    '/ready',
    '/metrics',
    '/graphql',
    '/api/v1/nothing',
    '/graphiql/config.json',
    '/%zz',
    '/.well-known/jwks.json',
  ];
  for (const path of paths) {
    const { headers } = await ask(path);
    expect([path, headers['x-content-type-options'], headers['referrer-policy']]).toEqual([
      path,
      'nosniff',
      'no-referrer',
    ]);
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  }
});

describe('credentials', () => {
  test.each(['access_token', 'token', 'authorization', 'Access_Token', '%61ccess_token'])(
    'a token in the URL as `%s` is refused by name, and logged nowhere',
    async (name) => {
      for (const path of ['/graphql', '/api/v1/blobs', '/graphiql/', '/', '/nothing', '/metrics']) {
        const { status, body } = await ask(`${path}?x=1&${name}=sekret.a.b`);
        expect([path, status]).toEqual([path, 400]);
        expect(body).not.toContain('sekret');
        expect(body.toLowerCase()).toMatch(/"field":"(?:access_token|token|authorization)"/);
      }
      expect(graph.gateway.logs.join('\n')).not.toContain('sekret');
    },
  );

  test('two Authorization headers are refused', async () => {
    const token = await graph.token();
    const { port } = new URL(url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(
          `GET /graphql?query={__typename} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nauthorization: Bearer other\r\n\r\n`,
        ),
      );
      const chunks: Buffer[] = [];
      socket
        .on('data', (chunk) => chunks.push(chunk))
        .on('close', () => resolve(Buffer.concat(chunks).toString()));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('several');
  });

  test('a head that is too large is refused', async () => {
    const { status } = await ask('/graphql', { authorization: `Bearer ${'x'.repeat(20_000)}` });
    expect(status).toBe(431);
  });
});

test('GraphiQL is not served when turned off, and the page has no link to it', async () => {
  const closed = await startTestGraph({ config: { graphiql: false } });
  try {
    const { url: at } = closed.gateway;
    const page = await request(at);
    expect(await page.body.text()).not.toContain('graphiql');
    for (const path of ['/graphiql', '/graphiql/', '/graphiql/config.json']) {
      const { statusCode, body } = await request(at + path);
      await body.dump();
      expect(statusCode).toBe(404);
    }
    const { headers, body } = await request(`${at}/graphql`, { headers: { accept: BROWSER } });
    await body.dump();
    expect(headers['location']).toBe('/');
  } finally {
    await closed.stop();
  }
});
