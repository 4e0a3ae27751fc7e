import { describe, expect, it } from 'vitest';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { nextVersion, sameOrConflict, schemaErrors } from './new-version.ts';

const input = { id: 'mood-board-v1', version: '1.0.0', definition: { type: 'object' } };

describe('a new version of a schema', () => {
  it('accepts a valid one', () => {
    expect(schemaErrors(input)).toEqual([]);
  });

  it.each(['', 'A', 'a_b', '-a', 'a-', 'a--b', '1a', 'a/b', '../x', 'a'.repeat(65), 'é', 'a\0'])(
    'refuses the id %j',
    (id) => {
      expect(schemaErrors({ ...input, id })).toMatchObject([{ field: 'id', code: 'VALIDATION_FAILED' }]);
    },
  );

  it('names every invalid field, and the place in the definition', () => {
    const definition = { properties: { title: { type: 'txt' } } };
    const errors = schemaErrors({ id: 'A', version: '1', definition });
    expect(errors.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['id', 'version', 'definition.properties.title.type']),
    );
  });

  it('accepts an equal definition again, in any order of members', () => {
    const existing = {
      ...input,
      definition: { type: 'object', title: 'T' },
      createdAt: null,
      withdrawnAt: null,
    };
    expect(sameOrConflict(existing, { title: 'T', type: 'object' })).toBe(existing);
    expect(() => sameOrConflict(existing, { type: 'object' })).toThrow(BlobgraphError);
  });

  it.each<[unknown, string]>([
    [{}, ''],
    [[{ op: 'copy', from: '/a', path: '/b' }], '.0'],
    [[{ op: 'remove', path: 'a' }], '.0'],
    [[{ op: 'remove', path: '' }], '.0'],
    [[{ op: 'remove', path: '/__proto__/polluted' }], '.0'],
    [[{ op: 'remove', path: '/list/*' }], '.0'],
    [[{ op: 'move', from: '/a', path: '/a/b' }], '.0'],
    [[{ op: 'move', from: '/list/*/a', path: '/a' }], '.0'],
    [[{ op: 'default', path: '/a' }], '.0'],
    [Array.from({ length: 51 }, () => ({ op: 'remove', path: '/a' })), ''],
  ])('refuses the upcaster %j', (declared, place) => {
    expect(schemaErrors({ ...input, definition: { 'x-upcast': declared } })).toMatchObject([
      { field: `definition.x-upcast${place}`, code: 'VALIDATION_FAILED' },
    ]);
  });

  it('that names no version is the one after the newest', () => {
    expect(nextVersion({ all: ['1.9.2', '1.0.0'], withdrawn: ['1.9.2'] })).toBe('1.10.0');
    expect(nextVersion({ all: [], withdrawn: [] })).toBe('1.0.0');
  });
});
