import { expect, test } from 'vitest';
import { isOriginOf, isOwnOrigin, localOrigins, originList, readOriginPattern } from './origins.ts';

const patterns = originList.parse(
  'https://app.example.com, https://*.example.org, http://dev.example:*, capacitor://localhost, http://[fd00::1]:81, https://bücher.example, HTTPS://UPPER.example:443',
);

test.each([
  'https://app.example.com',
  'https://a.example.org',
  'https://a.b.example.org',
  'http://dev.example',
  'http://dev.example:3000',
  'capacitor://localhost',
  'http://[fd00::1]:81',
  'https://xn--bcher-kva.example',
  'https://upper.example',
])('%s may ask', (origin) => expect(isOriginOf(origin, patterns)).toBe(true));

test.each([
  'null',
  '',
  '*',
  'https://*.example.org',
  'http://dev.example:*',
  // Another origin by its scheme, its port, or the dot that makes it another host.
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://app.example.com.',
  'https://a.example.org.',
  // As no browser writes it.
  'HTTPS://APP.EXAMPLE.COM',
  'https://app.example.com:443',
  'https://app.example.com/',
  'https://app.example.com/path',
  'https://app.example.com?x',
  'https://app.example.com#x',
  ' https://app.example.com',
  'https://app.example.com https://evil.example',
  'https://app.example.com,https://evil.example',
  // Tricks with what comes before and after.
  'https://app.example.com.evil.example',
  'https://evil-app.example.com',
  'https://evilexample.org',
  'https://example.org',
  'https://.example.org',
  'https://a..example.org',
  'https://example.org.evil.example',
  'https://user@app.example.com',
  'https://app.example.com@evil.example',
  'https://evil.example#.example.org',
  'https://evil.example/.example.org',
  'https://evil.example\\.example.org',
  'https://evil.example%2f.example.org',
  'https://évil.example.org',
  'http://dev.example:99999999',
  'http://dev.example:3000:3000',
  'javascript://app.example.com',
  'file://',
])('%s may not', (origin) => expect(isOriginOf(origin, patterns)).toBe(false));

test.each([
  ['http://localhost:5173', true],
  ['https://localhost', true],
  ['https://127.0.0.1', true],
  ['http://[::1]:3000', true],
  ['http://localhost.example', false],
  ['http://127.0.0.1.example', false],
  ['http://192.168.0.1', false],
  ['null', false],
  ['file://localhost', false],
])('%s is of this machine: %s', (origin, expected) => {
  expect(isOriginOf(origin, localOrigins)).toBe(expected);
});

test.each([
  '*',
  'null',
  'https://*',
  'https://*.com',
  'https://*.*.example.com',
  'https://a.*.example.com',
  'https://app*.example.com',
  'https://*.10.0.0.1',
  'app.example.com',
  'https://app.example.com/',
  'https://app.example.com/path',
  'https://user:word@app.example.com',
  'https://app.example.com:',
  'https://app.example.com:65536',
  'https://',
  '//app.example.com',
])('%s is no pattern', (text) => {
  expect(readOriginPattern(text)).toBeUndefined();
});

test.each([
  ['http://127.0.0.1:8010', '127.0.0.1:8010', true],
  ['https://api.example', 'api.example', true],
  // Behind a proxy that ends TLS, its port is left out by browsers in both.
  ['https://api.example', 'API.example:443', true],
  ['http://[::1]:8010', '[::1]:8010', true],
  ['https://api.example', 'api.example:8443', false],
  ['https://evil.example', 'api.example', false],
  ['https://api.example.evil.example', 'api.example', false],
  ['null', 'null', false],
  ['capacitor://localhost', 'localhost', false],
  ['https://api.example', undefined, false],
  ['https://api.example', '', false],
  ['https://evil.example', 'api.example@evil.example', false],
])('%s is the own one of %s: %s', (origin, host, expected) => {
  expect(isOwnOrigin(origin, host)).toBe(expected);
});
