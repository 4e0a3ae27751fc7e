import { describe, expect, it } from 'vitest';
import { messageOf } from './message.ts';
import { afterFailure, type RetryRules } from './outcome.ts';
import { newSecret, signedHeaders } from './signing.ts';
import type { ToldChange } from './webhook.ts';

const NOW = new Date('2026-01-31T12:00:00.500Z');
const later = (ms: number): Date => new Date(NOW.getTime() + ms);

describe('signatures', () => {
  it('are those of Standard Webhooks: its published example', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(signedHeaders(message, [secret], new Date(1_614_265_330_999))).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('are one for each secret, with spaces between', () => {
    const message = { id: 'm', body: 'b' };
    const [one, two] = [newSecret(), newSecret()];
    const by = (...secrets: string[]) => signedHeaders(message, secrets, NOW)['webhook-signature'];
    expect(by(one, two)).toBe(`${by(one)} ${by(two)}`);
    expect(by(one)).not.toBe(by(two));
  });

  it('have keys of 32 bytes', () => {
    const secrets = new Set(Array.from({ length: 100 }, newSecret));
    expect(secrets.size).toBe(100);
    for (const secret of secrets) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
    }
  });
});

describe('a message', () => {
  const change: ToldChange = { cursor: 'c', kind: 'DERIVED', blobId: 'b', version: 3, occurredAt: NOW };

  it('is a CloudEvents document with ids and no content', () => {
    const { id, body } = messageOf('hook', change);
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id,
      source: '/webhooks/hook',
      type: 'blob.derived',
      subject: 'b',
      time: '2026-01-31T12:00:00.500Z',
      datacontenttype: 'application/json',
      data: {
        cursor: 'c',
        kind: 'DERIVED',
        blob_id: 'b',
        version: 3,
        occurred_at: '2026-01-31T12:00:00.500Z',
      },
    });
  });

  it('has the same id whenever the change is sent, also where it stands elsewhere in the log, and another for others', () => {
    const idOf = (webhook: string, more: Partial<ToldChange> = {}) =>
      messageOf(webhook, { ...change, ...more }).id;
    expect(idOf('hook')).toMatch(/^msg_[\w-]{32}$/);
    expect(idOf('hook', { cursor: 'another' })).toBe(idOf('hook'));
    const others = [idOf('other'), idOf('hook', { version: 4 }), idOf('hook', { blobId: 'c' })];
    expect(new Set([idOf('hook'), ...others]).size).toBe(4);
  });
});

describe('a try that failed', () => {
  const rules: RetryRules = { baseMs: 1_000, maxMs: 60_000, giveUpMs: 600_000 };
  const failed = (at: Date, more: { status?: number; retryAfterMs?: number } = {}) => ({
    ...{ at, status: null, error: 'no', retryAfterMs: null, ...more },
  });
  const failing = (attempts: number, since = NOW) => ({ failing: { since, attempts, nextAt: NOW } });

  it.each([
    [0, 500, 1_000],
    [1, 1_000, 2_000],
    [5, 16_000, 32_000],
    [9, 30_000, 60_000],
    [500, 30_000, 60_000],
  ])('after %d others waits for %d to %d ms', (attempts, least, most) => {
    const before = attempts === 0 ? { failing: null } : failing(attempts);
    const pauseOf = (random: number) => {
      const { failing: next, setAside } = afterFailure(before, failed(NOW), rules, random);
      expect([next?.since, next?.attempts, setAside]).toEqual([NOW, attempts + 1, null]);
      return (next?.nextAt.getTime() ?? 0) - NOW.getTime();
    };
    expect([pauseOf(0), pauseOf(1)]).toEqual([least, most]);
  });

  it.each([
    [2_000, 2_000],
    [10, 500],
    [86_400_000, 60_000],
  ])('with `Retry-After` of %d ms waits for %d', (retryAfterMs, expected) => {
    const { failing: next } = afterFailure({ failing: null }, failed(NOW, { retryAfterMs }), rules, 0);
    expect(next?.nextAt).toEqual(later(expected));
  });

  it('sets aside after a while of several, and not before', () => {
    const at = later(600_000);
    const aside = { failing: null, setAside: { reason: 'FAILED_TOO_LONG', at } };
    expect(afterFailure(failing(4), failed(at), rules)).toEqual(aside);
    expect(afterFailure(failing(4), failed(later(599_999)), rules).setAside).toBeNull();
    expect(afterFailure(failing(3), failed(at), rules)).toMatchObject({
      failing: { attempts: 4 },
      setAside: null,
    });
  });

  it('sets aside at once what is gone', () => {
    const aside = { failing: null, setAside: { reason: 'GONE', at: NOW } };
    expect(afterFailure({ failing: null }, failed(NOW, { status: 410 }), rules)).toEqual(aside);
    expect(afterFailure({ failing: null }, failed(NOW, { status: 404 }), rules).setAside).toBeNull();
  });
});
