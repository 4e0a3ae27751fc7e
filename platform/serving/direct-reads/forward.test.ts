import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { blobOf, JSON_TYPE, type OnTheWire, startReads, whole } from './forward.fixture.ts';
import { MAX_OF_OWNER } from './forward.ts';

const BLOB = '/api/v1/processors/summary/blobs/b1';
const FILE = `${BLOB}/artifacts/epub`;

async function read(answer: OnTheWire, path = BLOB, headers: Record<string, string> = {}) {
  const reads = await startReads({ summary: answer });
  const { statusCode, headers: told, body } = await request(`${reads.url}${path}`, { headers });
  return { status: statusCode, headers: told, text: await body.text(), ...reads };
}

const code = (text: string): string => (JSON.parse(text) as { error: { code: string } }).error.code;

it('a document comes as it is', async () => {
  const { status, headers, text, got } = await read(
    whole('200 OK', [JSON_TYPE, 'etag: "e"'], blobOf('alice')),
  );
  expect([status, text]).toEqual([200, blobOf('alice')]);
  expect(headers).toMatchObject({ etag: '"e"', 'cache-control': 'private, no-cache', vary: 'authorization' });
  expect(got('summary').map(({ line }) => line)).toEqual(['GET /blobs/b1 HTTP/1.1']);
});

it('conditions and ranges go there and back', async () => {
  const known = await read(whole('304 Not Modified', ['etag: "e"']), BLOB, { 'if-none-match': '"e"' });
  expect([known.status, known.headers['etag'], known.text]).toEqual([304, '"e"', '']);
  expect(known.got('summary')[0]?.head).toMatch(/if-none-match: "e"/i);
  const part = await read(
    whole('206 Partial Content', ['content-type: image/webp', 'content-range: bytes 0-3/10'], 'RIFF'),
    FILE,
    { range: 'bytes=0-3' },
  );
  expect([part.status, part.headers['content-range'], part.text]).toEqual([206, 'bytes 0-3/10', 'RIFF']);
  const beyond = await read(
    whole('416 Range Not Satisfiable', ['content-range: bytes */10'], 'nobody reads this'),
    FILE,
    { range: 'bytes=99-' },
  );
  expect([beyond.status, beyond.headers['content-range'], beyond.text]).toEqual([416, 'bytes */10', '']);
});

it('HEAD tells the head alone, and the rest is not read', async () => {
  const { url } = await startReads({
    summary: (socket) =>
      void socket.write(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\ncontent-length: 5000000\r\n\r\n{`),
  });
  const { statusCode, headers } = await request(`${url}${BLOB}`, { method: 'HEAD' });
  expect([statusCode, headers['content-length']]).toEqual([200, '5000000']);
});

describe('what no processor should answer', () => {
  it.each<[string, OnTheWire]>([
    ['a redirect', whole('302 Found', ['location: http://127.0.0.1:9/metadata'])],
    ['a redirect to itself', whole('307 Temporary Redirect', ['location: /blobs/b2'])],
    ['nothing', whole('204 No Content', [])],
    ['that it is unchanged, unasked', whole('304 Not Modified', ['etag: "e"'])],
    ['a part, unasked', whole('206 Partial Content', [JSON_TYPE, 'content-range: bytes 0-1/9'], '{}')],
    ['a page', whole('200 OK', ['content-type: text/html'], '<script>alert(1)</script>')],
    ['a page that says to be JSON', whole('200 OK', [JSON_TYPE], '<script>alert(1)</script>')],
    ['a bomb', whole('200 OK', [JSON_TYPE, 'content-encoding: gzip'], '\u001f\u008b\b')],
    ['two types', whole('200 OK', [JSON_TYPE, 'content-type: text/html'], '{}')],
    ['a switch of protocols', whole('101 Switching Protocols', ['upgrade: x', 'connection: upgrade'])],
    ['no HTTP', (socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['a head without end', (socket) => void socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(200_000)}`)],
    ['nothing at all', (socket) => void socket.destroy()],
    ['two lengths', whole('200 OK', [JSON_TYPE, 'content-length: 2', 'content-length: 90'], '{}')],
    [
      'that we are strangers',
      whole('401 Unauthorized', [JSON_TYPE], '{"error":{"code":"UNAUTHENTICATED","message":"Who?"}}'),
    ],
    [
      'a fault',
      whole(
        '500 Internal Server Error',
        [JSON_TYPE],
        '{"error":{"code":"INTERNAL","message":"at /srv/app.py:7"}}',
      ),
    ],
    ['a page of faults', whole('502 Bad Gateway', ['content-type: text/html'], '<h1>10.0.0.7</h1>')],
    [
      'a refusal without end',
      (socket) => {
        socket.write('HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n');
        const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`;
        const more = () => {
          while (!socket.destroyed && socket.write(piece));
        };
        socket.on('drain', more);
        more();
      },
    ],
  ])('%s: the processor is said not to answer, by its name', async (_, answer) => {
    const { status, text, headers } = await read(answer);
    expect([status, code(text)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(text).toContain('`summary`');
    expect(text).not.toMatch(/127\.0\.0\.1|10\.0\.0|script|app\.py/);
    expect(headers['location']).toBeUndefined();
  });

  it.each([
    ['another user’s', whole('200 OK', [JSON_TYPE], blobOf('bob'))],
    ['another one', whole('200 OK', [JSON_TYPE], blobOf('alice', 'b2'))],
    [
      'that it is forbidden',
      whole('403 Forbidden', [JSON_TYPE], '{"error":{"code":"FORBIDDEN","message":"It is bob’s."}}'),
    ],
    [
      'that there is none',
      whole(
        '404 Not Found',
        [JSON_TYPE],
        '{"error":{"code":"BLOB_NOT_FOUND","message":"There is no blob of this id, or it is not yours."}}',
      ),
    ],
  ])('%s: looks missing', async (_, answer) => {
    const { status, text } = await read(answer);
    const { error } = JSON.parse(text) as { error: object };
    expect([status, error]).toEqual([
      404,
      { code: 'BLOB_NOT_FOUND', message: 'There is no blob of this id, or it is not yours.' },
    ]);
  });

  it('a foreign blob among the user’s: not a byte of its text is passed on', async () => {
    const mine = { id: 'b1', user_id: 'alice', data: 'x'.repeat(300_000) };
    const list = JSON.stringify({ blobs: [mine, { id: 'b2', user_id: 'bob', data: 'SECRET' }] });
    const { url, logs } = await startReads({ summary: whole('200 OK', [JSON_TYPE], list) });
    const answer = await request(`${url}/api/v1/processors/summary/users/alice/blobs`);
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of answer.body) pieces.push(String(piece));
    })();
    await expect(reading).rejects.toThrow();
    expect(pieces.join('')).not.toContain('SECRET');
    expect(logs.join('')).toContain('ForeignBlob');
  });

  it('headers of its own, cookies and early hints: none of them is passed on', async () => {
    const { status, headers, text } = await read((socket, got) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x.js>; rel=preload\r\n\r\n');
      whole(
        '200 OK',
        [
          JSON_TYPE,
          'set-cookie: a=1',
          'set-cookie: b=2',
          'access-control-allow-origin: *',
          'x-inside: 10.0.0.7',
          'etag: unquoted',
        ],
        blobOf('alice'),
      )(socket, got);
    });
    expect([status, text]).toEqual([200, blobOf('alice')]);
    for (const name of ['set-cookie', 'access-control-allow-origin', 'x-inside', 'link', 'etag'])
      expect(headers[name]).toBeUndefined();
  });

  it('a page as a file cannot act as one of ours', async () => {
    const page = whole('200 OK', ['content-type: text/html'], '<script>alert(1)</script>');
    const { headers } = await read(page, FILE);
    expect(headers).toMatchObject({
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
      'content-disposition': 'attachment',
    });
  });

  it('a body that ends too soon is no whole answer', async () => {
    const { url } = await startReads({
      summary: (socket) =>
        void socket.end(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\ncontent-length: 999\r\n\r\n{"blob":`),
    });
    const asked = request(`${url}${BLOB}`).then(({ body }) => body.text());
    await expect(asked).rejects.toThrow();
  });
});

describe('paths', () => {
  const strange = [
    '..%2fusers',
    '%2e%2e',
    '%252e%252e%252f',
    'a%2fb',
    'a%5cb',
    'b1%0d%0aX-Injected:%201',
    'b1%00',
    'b1%3fx=1',
    'b1%23x',
    'x'.repeat(129),
    '%F0%9F%A6%89',
    '~..',
  ];
  it.each(strange)('%s is no blob, and nobody is asked for it', async (id) => {
    for (const path of [`/api/v1/processors/summary/blobs/${id}`, `${BLOB}/artifacts/${id}`]) {
      const { status, got } = await read(whole('200 OK', [JSON_TYPE], blobOf('alice')), path);
      // `..` is no part of an address: what is left is that of the processor itself, with a slash too many.
      expect([status, got('summary')]).toEqual([id === '%2e%2e' && status === 308 ? 308 : 404, []]);
    }
  });

  it.each(['bob', 'alice%2f..%2fbob', '..%2f..%2finventory', 'alice%00', ''])(
    'nobody is asked for the blobs of user %j',
    async (user) => {
      const path = `/api/v1/processors/summary/users/${user}/blobs`;
      const { status, got } = await read(whole('200 OK', [JSON_TYPE], '{"blobs":[]}'), path);
      expect([status, got('summary')]).toEqual([404, []]);
    },
  );

  it('of a list’s query, the stretch alone is passed on', async () => {
    const since = '2026-11-28T19:00:00+01:00';
    const query = `since=${encodeURIComponent(since)}&limit=5&after=a%26user_id%3Dbob&user_id=bob&x=%0d%0a`;
    const path = `/api/v1/processors/summary/users/alice/blobs?${query}`;
    const { status, got } = await read(whole('200 OK', [JSON_TYPE], '{"blobs":[]}'), path);
    const [, asked = ''] = got('summary')[0]?.line.split(' ') ?? [];
    const { pathname, searchParams } = new URL(asked, 'http://x');
    expect([status, pathname, Object.fromEntries(searchParams)]).toEqual([
      200,
      '/users/alice/blobs',
      { since, limit: '5', after: 'a&user_id=bob' },
    ]);
    const twice = await read(whole('200 OK', [JSON_TYPE], '{}'), `${path}&limit=6`);
    expect([twice.status, twice.got('summary')]).toEqual([400, []]);
  });

  it('an owner that was retired, or that there is not, is said to be so', async () => {
    const { url } = await startReads({ gone: whole('200 OK', [JSON_TYPE], '{}') });
    const asked = async (id: string) => (await request(`${url}/api/v1/processors/${id}/blobs/b1`)).statusCode;
    expect([await asked('gone'), await asked('none'), await asked('%2e%2e')]).toEqual([410, 404, 404]);
  });
});

it('an owner that never ends takes some places, and those of others are read', async () => {
  const drip: OnTheWire = (socket) =>
    void socket.write(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n`);
  const { url } = await startReads({ drip, summary: whole('200 OK', [JSON_TYPE], blobOf('alice')) });
  const ask = (id: string) => request(`${url}/api/v1/processors/${id}/blobs/b1`);
  const slow = await Promise.all(Array.from({ length: MAX_OF_OWNER }, () => ask('drip')));
  expect(new Set(slow.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  const refused = await ask('drip');
  expect([refused.statusCode, code(await refused.body.text())]).toEqual([503, 'OVERLOADED']);
  expect(await (await ask('summary')).body.text()).toBe(blobOf('alice'));
  // Whoever goes gives the place back.
  slow[0]?.body.on('error', () => undefined).destroy();
  await expect.poll(async () => (await ask('drip')).statusCode).toBe(200);
});

it('of a body that the client does not read, no more is read from the owner', async () => {
  let sent = 0;
  const { url } = await startReads({
    summary: (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{"\r\n`);
      const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      const more = () => {
        do sent += piece.length;
        while (sent < 200_000_000 && socket.write(piece));
      };
      socket.on('drain', more);
      more();
    },
  });
  const { body } = await request(`${url}${BLOB}`);
  let before = -1;
  // Until nothing moves: what the sockets hold is full.
  await expect
    .poll(
      () => {
        const still = sent === before;
        before = sent;
        return still;
      },
      { interval: 200 },
    )
    .toBe(true);
  expect(sent).toBeLessThan(50_000_000);
  body.on('error', () => undefined).destroy();
});
