import { describe, expect, it } from 'vitest';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { assertCompatible, sameOrConflict, schemaErrors, versionBefore } from './new-version.ts';

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
});

describe('a new version', () => {
  it.each([
    [['1.2.0', '1.0.0'], [], '2.0.0', '1.2.0'],
    [['1.2.0', '1.0.0'], ['1.2.0'], '2.0.0', '1.0.0'],
    [['1.2.0', '1.0.0'], [], '1.1.0', '1.0.0'],
    [['1.2.0', '1.0.0'], [], '0.9.0', undefined],
    [['1.2.0'], ['1.2.0'], '2.0.0', undefined],
    [[], [], '1.0.0', undefined],
  ])('beside %j, of which %j are withdrawn, %s is compared with %s', (all, withdrawn, version, before) => {
    expect(versionBefore({ all, withdrawn }, version)).toBe(before);
  });

  it('names the incompatible place, and how to proceed', () => {
    const before = { version: '1.0.0', definition: { properties: { a: { type: 'string' } } } };
    const definition = { properties: { a: { type: 'string', maxLength: 3 } } };
    const error = {
      field: 'definition.properties.a.maxLength',
      code: 'SCHEMA_INCOMPATIBLE',
      message: expect.stringMatching(/version 1\.0\.0 .*`maxLength`.*`compatibility: NONE`/),
    };
    expect(() => assertCompatible(before, { definition })).toThrow(
      expect.objectContaining({ errors: [error] }),
    );
    expect(() => assertCompatible(before, before)).not.toThrow();
  });
});
