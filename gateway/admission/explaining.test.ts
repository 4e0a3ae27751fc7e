import { expect, test } from 'vitest';
import { hasLocalUser, mayExplain } from './explaining.ts';

const development = { production: false, host: '127.0.0.1', userTokens: {} };
const viewers = {
  operator: { userId: 'olga', roles: ['operator'] },
  local: { userId: 'dev', roles: [] },
  other: { userId: 'alice', roles: ['read-only'] },
};

const allowed = (...given: Parameters<typeof mayExplain>) =>
  Object.entries(viewers).flatMap(([name, viewer]) => (mayExplain(...given)(viewer) ? [name] : []));

test('query plans are for operators, and in development for the local user', () => {
  expect(allowed(undefined, development)).toEqual(['operator', 'local']);
  expect(allowed('operators', development)).toEqual(['operator']);
  expect(allowed('nobody', development)).toEqual([]);
  expect(allowed('everybody', { ...development, production: true })).toEqual(['operator', 'local', 'other']);
});

test.each([
  ['in production', { production: true }],
  ['where others reach the gateway', { host: '0.0.0.0' }],
  ['where tokens are signed by an issuer', { userTokens: { jwksUrl: 'https://issuer.example/keys' } }],
])('%s a user of that name is no local user', (_, config) => {
  expect(hasLocalUser({ ...development, ...config })).toBe(false);
  expect(allowed(undefined, { ...development, ...config })).toEqual(['operator']);
});
