import { expect, test } from 'vitest';
import { assertMayWrite, isReadOnly, rolesBy } from './scopes.ts';

const rules = { prefix: 'blobgraph:', required: false };
const FORBIDDEN = expect.objectContaining({ code: 'FORBIDDEN' });

test.each<[string, Record<string, unknown>, string[]]>([
  ['none', {}, []],
  ['those of others', { scope: 'openid profile email' }, []],
  ['read', { scope: 'openid blobgraph:read' }, ['read-only']],
  ['write', { scope: 'blobgraph:write' }, []],
  ['the largest of several', { scope: 'blobgraph:read blobgraph:write' }, []],
  ['the largest of several claims', { scope: 'blobgraph:read', permissions: ['blobgraph:write'] }, []],
  ['operate, which includes the others', { scp: ['blobgraph:operate'] }, ['operator']],
  ['a list in `scope`', { scope: ['blobgraph:read'] }, ['read-only']],
  ['a text in `scp`', { scp: 'x blobgraph:read' }, ['read-only']],
  ['spaces in plenty', { scope: '  blobgraph:read  ' }, ['read-only']],
  ['what is no scope at all', { scope: 7, scp: { a: 1 }, permissions: [null, 7] }, []],
])('scopes: %s', (_, claims, roles) => {
  expect(rolesBy(claims, [], rules)).toEqual(roles);
});

test('a role stays what it is, and a token of reading changes nothing all the same', () => {
  expect(rolesBy({ scope: 'blobgraph:read' }, ['operator'], rules)).toEqual(['operator', 'read-only']);
  expect(rolesBy({ scope: 'blobgraph:operate' }, ['operator'], rules)).toEqual(['operator']);
  const reader = { userId: 'alice', roles: ['operator', 'read-only'] };
  expect(isReadOnly(reader)).toBe(true);
  expect(() => assertMayWrite(reader)).toThrow(FORBIDDEN);
  expect(() => assertMayWrite({ userId: 'alice', roles: ['operator'] })).not.toThrow();
});

test.each(['blobgraph:', 'blobgraph:admin', 'blobgraph:READ', 'blobgraph:write,read', 'blobgraph:read\n'])(
  'a scope of ours that there is not opens nothing: %j',
  (scope) => expect(() => rolesBy({ scope }, ['operator'], rules)).toThrow(FORBIDDEN),
);

test('where scopes are needed, a token without one is refused, by their names', () => {
  const needed = { prefix: 'https://api.example/', required: true };
  for (const claims of [{}, { scope: 'openid' }, { scope: 'blobgraph:write' }, { scope: '' }])
    expect(() => rolesBy(claims, ['operator'], needed)).toThrow(/`https:\/\/api\.example\/read`/);
  expect(rolesBy({ scope: 'https://api.example/write' }, [], needed)).toEqual([]);
});
