import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { strangeSegments } from '../../platform/testing/strange-paths.ts';
import type { PageUnderTest } from './built-page.fixture.ts';

/** Tests of every page that `npm run build` builds, and that asks no other origin. */
export function builtPageContract({ prefix, app, folder, build, config, policy }: PageUnderTest): void {
  test('the page is revalidated, its hashed files are immutable, and its policy allows no other origin', async () => {
    await build();
    const page = await app().inject(`${prefix}/`);
    expect(page.statusCode).toBe(200);
    expect(page.headers['cache-control']).toBe('no-cache');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; .*connect-src 'self'/);
    expect(page.headers['content-security-policy']).not.toMatch(/https?:|\*/);

    const asset = await app().inject(`${prefix}/assets/index-AbCd1234.js`);
    expect(asset.headers['content-type']).toMatch(/javascript/);
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['content-security-policy']).toBe(page.headers['content-security-policy']);

    const bare = await app().inject(prefix);
    expect([bare.statusCode, bare.headers.location]).toEqual([301, `${prefix}/`]);
  });

  test('its policy lets no script in but its own, no form out, and no frame around', async () => {
    expect(await policy()).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
  });

  test('a missing file is a 404, also outside of the folder', async () => {
    await build();
    await writeFile(`${folder()}-secret.txt`, 'secret');
    const urls = [`${prefix}/assets/other.js`, `${prefix}/..%2f${basename(folder())}-secret.txt`];
    const codes = await Promise.all(urls.map(async (url) => (await app().inject(url)).statusCode));
    await rm(`${folder()}-secret.txt`);
    expect(codes).toEqual([404, 404]);
  });

  test.each(strangeSegments)('no path causes a 500: %s', async (segment) => {
    await build();
    for (const path of [`${prefix}/${segment}`, `${prefix}/assets/${segment}`, `${prefix}${segment}`]) {
      const { statusCode, body } = await app().inject(path);
      expect(statusCode).toBeLessThan(500);
      if (statusCode >= 400)
        expect(JSON.parse(body)).toMatchObject({
          error: { code: expect.stringMatching(/^(NOT_FOUND|BAD_REQUEST)$/) },
        });
    }
  });

  test('without a build the page names the command, and a build is served without a restart', async () => {
    const missing = await app().inject(prefix);
    expect(missing.statusCode).toBe(503);
    expect(missing.body).toContain('npm run build');
    await build();
    expect((await app().inject(`${prefix}/`)).statusCode).toBe(200);
  });

  test('the token is for our own page on this machine only', async () => {
    const token = async (headers: Record<string, string>) => (await config(headers))['token'];
    expect(await token({ host: '127.0.0.1:8010', 'sec-fetch-site': 'same-origin' })).toBe('a.b.c');
    expect(await token({ host: '[::1]:8010' })).toBe('a.b.c');
    expect(await token({ host: 'rebound.example:8010', 'sec-fetch-site': 'same-origin' })).toBeNull();
    expect(await token({ host: 'localhost:8010', 'sec-fetch-site': 'cross-site' })).toBeNull();
    expect(await token({ host: 'localhost:8010', 'sec-fetch-site': 'same-site' })).toBeNull();
  });

  test('files are sent as compressed at build time, to clients that accept it', async () => {
    await build();
    const compressed = brotliCompressSync('export {};');
    await writeFile(join(folder(), 'assets', 'index-AbCd1234.js.br'), compressed);
    const ask = (encoding: string) =>
      app().inject({
        url: `${prefix}/assets/index-AbCd1234.js`,
        headers: { 'accept-encoding': encoding },
      });
    const { headers, rawPayload } = await ask('gzip, br');
    expect(headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': expect.stringMatching(/javascript/),
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(rawPayload.equals(compressed)).toBe(true);
    const plain = await ask('identity');
    expect([plain.headers['content-encoding'], plain.headers['vary'], plain.body]).toEqual([
      undefined,
      'accept-encoding',
      'export {};',
    ]);
    expect(plain.headers['etag']).not.toBe(headers['etag']);
  });
}
