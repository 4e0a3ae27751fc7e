import { describe, expect, it } from 'vitest';
import { answeredHeaders, askedHeaders, refusalOfAnswer } from './headers.ts';

it('of a client’s headers, the owner gets conditions, and ranges of files', () => {
  const given = {
    'if-none-match': '"a"',
    range: 'bytes=0-9',
    'if-range': '"a"',
    cookie: 'session=1',
    authorization: 'Bearer user',
    'x-service-secret': 's',
    'x-forwarded-for': '10.0.0.1',
    host: 'inside',
    'accept-encoding': 'gzip',
    'if-modified-since': 'x'.repeat(2_000),
  };
  expect(askedHeaders(given, 'json')).toEqual({ 'if-none-match': '"a"' });
  expect(askedHeaders(given, 'file')).toEqual({
    'if-none-match': '"a"',
    range: 'bytes=0-9',
    'if-range': '"a"',
  });
});

describe('of an owner’s headers, the client gets', () => {
  const always = { 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox' };

  it('those that are known', () => {
    const file = {
      'content-type': 'image/webp',
      'content-length': '10',
      'content-disposition': `attachment; filename="a.webp"; filename*=UTF-8''%E2%82%AC.webp`,
      'content-range': 'bytes 0-9/100',
      'accept-ranges': 'bytes',
      etag: 'W/"abc"',
      'last-modified': 'Sat, 28 Nov 2026 19:00:00 GMT',
      'cache-control': 'private, max-age=60',
    };
    expect(answeredHeaders(file, 'file')).toEqual({ ...file, ...always });
  });

  it('none that sets a cookie, leads elsewhere, or tells of the inside', () => {
    const told = {
      'set-cookie': 'session=1',
      location: 'https://elsewhere.example',
      'access-control-allow-origin': '*',
      'content-security-policy': "script-src 'unsafe-inline'",
      'transfer-encoding': 'chunked',
      'x-request-id': 'x',
      'strict-transport-security': 'max-age=0',
      refresh: '0; url=https://elsewhere.example',
    };
    expect(answeredHeaders(told, 'file')).toEqual({
      ...always,
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'cache-control': 'private, no-cache',
    });
  });

  it.each([
    ['content-type', 'text/html\u0000'],
    ['content-type', 'text'],
    ['content-type', 'é/é'],
    ['content-type', `text/${'x'.repeat(300)}`],
    ['etag', 'abc'],
    ['etag', '"a"b"'],
    ['etag', '"€"'],
    ['content-length', '-1'],
    ['content-length', '1e3'],
    ['content-range', 'bytes x'],
    ['content-disposition', 'inline; filename="\u20ac"'],
    ['cache-control', 'public, private'],
    ['cache-control', 'max-age=600'],
    ['cache-control', 'private, s-maxage=600'],
    ['cache-control', 'x-private'],
  ])('no %s of %j', (name, value) => {
    const told = answeredHeaders({ [name]: value }, 'file');
    expect(Object.values(told)).not.toContain(value);
    // Node would refuse to send it.
    for (const each of Object.values(told)) expect(each).toMatch(/^[ -~]+$/);
  });
});

describe('an answer that no read has', () => {
  const json = { 'content-type': 'application/json; charset=utf-8' };

  it.each<[number, Record<string, string>, Record<string, string>]>([
    [200, json, {}],
    [200, { 'content-type': 'application/json' }, {}],
    [200, { ...json, 'content-encoding': 'identity' }, {}],
    [304, {}, { 'if-none-match': '"a"' }],
    [206, { 'content-range': 'bytes 0-9/100' }, { range: 'bytes=0-9' }],
    [416, { 'content-range': 'bytes */100' }, { range: 'bytes=900-' }],
  ])('is not %i %j', (status, headers, asked) => {
    expect(refusalOfAnswer({ status, headers }, asked, 'json')).toBeNull();
  });

  it.each<[number, Record<string, string>, Record<string, string>]>([
    [201, json, {}],
    [204, {}, {}],
    [206, { ...json, 'content-range': 'bytes 0-9/100' }, {}],
    [206, json, { range: 'bytes=0-9' }],
    [301, { location: '/elsewhere' }, {}],
    [304, {}, {}],
    [307, { location: '/elsewhere' }, { 'if-none-match': '"a"' }],
    [416, {}, { range: 'bytes=0-9' }],
    [200, {}, {}],
    [200, { 'content-type': 'text/html' }, {}],
    [200, { 'content-type': 'application/jsonp' }, {}],
    [200, { ...json, 'content-encoding': 'gzip' }, {}],
    [200, { ...json, 'content-encoding': 'br, gzip' }, {}],
  ])('is %i %j', (status, headers, asked) => {
    expect(refusalOfAnswer({ status, headers }, asked, 'json')).toEqual(expect.any(String));
  });
});

describe('a plain text', () => {
  const always = { 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox' };

  it('is one in UTF-8, and never a file to be saved or a page', () => {
    const told = {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="a.html"',
      'content-range': 'bytes 0-9/100',
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=300, immutable',
    };
    const { 'content-disposition': _, ...kept } = told;
    expect(answeredHeaders(told, 'text')).toEqual({ ...kept, ...always });
    expect(refusalOfAnswer({ status: 200, headers: told }, {}, 'text')).toBeNull();
    expect(refusalOfAnswer({ status: 206, headers: told }, { range: 'bytes=0-9' }, 'text')).toBeNull();
  });

  it.each([
    undefined,
    'text/html; charset=utf-8',
    'text/plain',
    'text/plain; charset=utf-7',
    'application/json',
  ])('is none as %s', (type) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    expect(refusalOfAnswer({ status: 200, headers }, {}, 'text')).toBe('no plain text in UTF-8');
  });
});
