import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, loadConfig, readSettings, secret } from './config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer): string {
  const path = join(folder, `${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

function refusal(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('The environment was taken');
}

const SECRET = 'sekret-of-thirty-two-characters!!';

describe('a secret in a file', () => {
  it.each(['', '\n', '\r\n'])('is read without the line end %j', (end) => {
    expect(loadConfig({ SERVICE_SECRET_FILE: file(SECRET + end) }).serviceSecret).toBe(SECRET);
  });

  it('keeps all else that it holds', () => {
    const held = ` ${SECRET} \n`;
    expect(loadConfig({ SERVICE_SECRET_FILE: file(`${held}\n`) }).serviceSecret).toBe(held);
  });

  it('is one of several, a line each, where it is that of routers', () => {
    const [first, second] = [SECRET, [...SECRET].reverse().join('')];
    const { routerSecrets } = loadConfig({ ROUTER_SECRET_FILE: file(`${first}\r\n\n${second}\n`) });
    expect(routerSecrets).toEqual([first, second]);
    expect(refusal({ ROUTER_SECRET: `${first}\nsekret` })).toBe(
      'ROUTER_SECRET: must have at least 32 characters in each line',
    );
    expect(refusal({ ROUTER_SECRET: ' \n' })).toContain('ROUTER_SECRET: must have');
    expect(loadConfig({ ROUTER_SECRET: '' }).routerSecrets).toBeUndefined();
  });

  it('is held to the same rules, and none of it is told', () => {
    const told = refusal({ MONGO_URL_FILE: file('http://user:sekret@host') });
    expect(told).toBe('MONGO_URL: must be a URL that starts with mongodb:// or mongodb+srv://');
  });

  it('stands beside no other value', () => {
    expect(refusal({ ROUTER_SECRET: SECRET, ROUTER_SECRET_FILE: file(SECRET) })).toBe(
      'ROUTER_SECRET_FILE: set it or ROUTER_SECRET, not both',
    );
    const { routerSecrets } = loadConfig({ ROUTER_SECRET: '', ROUTER_SECRET_FILE: file(SECRET) });
    expect(routerSecrets).toEqual([SECRET]);
  });

  it.each([
    ['is not there', () => join(folder, 'none'), 'ENOENT'],
    ['is a folder', () => folder, 'it is no file'],
    ['is a device without end', () => '/dev/zero', 'it is no file'],
    ['is empty', () => file('\n'), 'it is empty'],
    ['is too large', () => file('x'.repeat(64 * 1024 + 1)), 'it is larger than 64 KiB'],
    ['is not text', () => file(Buffer.from([0xff, 0xfe, 0x41])), 'it is not UTF-8'],
    ['holds NUL', () => file(`${SECRET}\0`), 'it holds NUL'],
  ])('names its variable when it %s', (_, path, reason) => {
    expect(refusal({ METRICS_TOKEN_FILE: path() })).toBe(
      `METRICS_TOKEN_FILE: the file cannot be read (${reason})`,
    );
  });

  it('does not hold the start up when it is a pipe that nobody writes to', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(refusal({ METRICS_TOKEN_FILE: pipe })).toContain('it is no file');
  });

  it('names its variable when it may not be read', () => {
    const path = file(SECRET);
    chmodSync(path, 0o000);
    // Whoever runs as root may read it all the same.
    if (process.getuid?.() === 0)
      expect(loadConfig({ ROUTER_SECRET_FILE: path }).routerSecrets).toEqual([SECRET]);
    else
      expect(refusal({ ROUTER_SECRET_FILE: path })).toContain('ROUTER_SECRET_FILE: the file cannot be read');
  });

  it('is for secrets alone, those of one service as well', () => {
    const schema = z.object({ KEY: secret(z.string().optional()), WORDS: z.string().optional() });
    const environment = { KEY_FILE: file('a key\n'), WORDS_FILE: file('words') };
    expect(readSettings(schema, environment)).toEqual({ KEY: 'a key' });
    expect(loadConfig(environment).settings(schema)).toEqual({ KEY: 'a key' });
    expect(loadConfig({ LOG_LEVEL_FILE: file('debug') }).logLevel).toBe('warn');
  });
});
