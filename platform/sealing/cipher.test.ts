import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTextCipher } from './cipher.ts';

const cipher = createTextCipher(randomBytes(32));
const connection = 'postgresql://user:hünter2🔑@db/name';

describe('the cipher of stored texts', () => {
  it('opens what it sealed', () => {
    expect(cipher.open('a', cipher.seal('a', connection))).toBe(connection);
  });

  it('seals equal texts differently each time, with 96-bit nonces', () => {
    const sealed = Array.from({ length: 200 }, () => cipher.seal('a', connection).split('.'));
    expect(new Set(sealed.map(([, , nonce]) => nonce)).size).toBe(200);
    expect(new Set(sealed.map(([, , , content]) => content)).size).toBe(200);
    for (const [, , nonce = ''] of sealed) expect(Buffer.from(nonce, 'base64url')).toHaveLength(12);
  });

  it('reveals nothing of the text', () => {
    const sealed = cipher.seal('a', connection);
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/);
    expect(sealed).not.toContain('user');
  });

  it('does not open for another owner, nor with another key', () => {
    const sealed = cipher.seal('a', connection);
    expect(cipher.open('b', sealed)).toBeUndefined();
    expect(createTextCipher(randomBytes(32)).open('a', sealed)).toBeUndefined();
  });

  it('does not open what was altered', () => {
    const parts = cipher.seal('a', connection).split('.');
    for (const index of parts.keys()) {
      const altered = parts.with(
        index,
        `${parts[index]?.startsWith('A') ? 'B' : 'A'}${parts[index]?.slice(1)}`,
      );
      expect(cipher.open('a', altered.join('.'))).toBeUndefined();
    }
    const cut = parts.with(
      4,
      Buffer.from(parts[4] ?? '', 'base64url')
        .subarray(0, 4)
        .toString('base64url'),
    );
    for (const sealed of ['', 'v1', 'plain text', cut.join('.')]) {
      expect(cipher.open('a', sealed)).toBeUndefined();
    }
  });

  it('identifies its key', () => {
    const key = randomBytes(32);
    const idOf = (given: Buffer) => createTextCipher(given).seal('a', 'x').split('.')[1];
    expect(idOf(key)).toBe(idOf(Buffer.from(key)));
    expect(idOf(key)).not.toBe(idOf(randomBytes(32)));
  });
});
