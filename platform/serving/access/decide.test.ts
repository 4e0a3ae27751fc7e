import { expect, it } from 'vitest';
import { assertAccess, assertMayCall, withoutForeignRoles } from './decide.ts';
import { accessTo, kindOf } from './table.ts';

const alice = { userId: 'alice', roles: ['operator'] };

it('whoever is none of the system’s own services is a processor', () => {
  expect(['gateway', 'router', 'state', 'events'].map(kindOf)).toEqual([
    'gateway',
    'router',
    'state',
    'events',
  ]);
  for (const name of ['summary', 'cli', '__proto__', 'constructor', 'toString', 'Gateway', ''])
    expect(kindOf(name)).toBe('processor');
});

it('a route that no table has is for the gateway’s users', () => {
  for (const service of ['state', 'summary', '__proto__', 'constructor']) {
    for (const route of ['GET /new', 'POST /toString', '__proto__', 'constructor'])
      expect(accessTo(service, route)).toEqual({ forUser: ['gateway'], forItself: [] });
  }
});

it('a user is asked for where a user is missing, and nobody is let in on another’s rule', () => {
  const access = { forUser: ['gateway'], forItself: ['state'] } as const;
  expect(() => assertAccess({ service: 'gateway', viewer: alice }, access)).not.toThrow();
  expect(() => assertAccess({ service: 'state', viewer: null }, access)).not.toThrow();
  const refused = (service: string, viewer: typeof alice | null) => () =>
    assertAccess({ service, viewer }, access);
  expect(refused('gateway', null)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  expect(refused('state', alice)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  expect(refused('summary', alice)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  expect(refused('summary', null)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
});

it('roles are told of by the front doors alone', () => {
  for (const service of ['gateway', 'router'])
    expect(withoutForeignRoles({ service, viewer: alice }).viewer).toEqual(alice);
  for (const service of ['state', 'summary', 'processors'])
    expect(withoutForeignRoles({ service, viewer: alice }).viewer).toEqual({ userId: 'alice', roles: [] });
  expect(withoutForeignRoles({ service: 'summary', viewer: null }).viewer).toBeNull();
});

it('a token that may only read stays one, whoever passes it on, and reads by any route', () => {
  const reader = { userId: 'alice', roles: ['operator', 'read-only'] };
  const passed = withoutForeignRoles({ service: 'summary', viewer: reader });
  expect(passed.viewer).toEqual({ userId: 'alice', roles: ['read-only'] });
  for (const route of ['GET /api/v1/blobs/:', 'POST /graphql', 'POST /blobs/batch', 'POST /api/v1/sources'])
    expect(() => assertMayCall(passed, route)).not.toThrow();
  for (const route of ['POST /api/v1/blobs', 'DELETE /api/v1/blobs/:', 'PUT /x', 'POST /uploads'])
    expect(() => assertMayCall(passed, route)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  expect(() => assertMayCall({ service: 'gateway', viewer: alice }, 'POST /api/v1/blobs')).not.toThrow();
  expect(() => assertMayCall({ service: 'state', viewer: null }, 'POST /blobs/delete')).not.toThrow();
});
