import { expect, test } from 'vitest';
import { rememberVerified } from './verified.ts';

test('a token is verified once, and again when it has ended', async () => {
  let now = new Date(1_000);
  const asked: string[] = [];
  const verify = rememberVerified(
    async (token) => {
      asked.push(token);
      if (now.getTime() >= 2_000) throw new Error('expired');
      return { claims: token.toUpperCase(), until: new Date(2_000) };
    },
    { now: () => now },
  );
  expect([await verify('a'), await verify('a'), await verify('b')]).toEqual(['A', 'A', 'B']);
  expect(asked).toEqual(['a', 'b']);
  now = new Date(2_000);
  await expect(verify('a')).rejects.toThrow('expired');
});

test('a refusal is not remembered', async () => {
  let refuse = true;
  const verify = rememberVerified(
    async (token) => {
      if (refuse) throw new Error('no key yet');
      return { claims: token, until: new Date(10) };
    },
    { now: () => new Date(1) },
  );
  await expect(verify('a')).rejects.toThrow('no key yet');
  refuse = false;
  expect(await verify('a')).toBe('a');
});
