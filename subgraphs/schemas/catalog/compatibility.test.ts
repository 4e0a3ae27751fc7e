import { describe, expect, it } from 'vitest';
import type { Compatibility } from '../../../platform/json-schema/compatibility/modes.ts';
import type { JsonObject } from '../../../platform/json-schema/validator.ts';
import { comparedVersions, errorsOf, isCompatible, problemsOf } from './compatibility.ts';

const text = { type: 'string' };
const loose = { type: 'object', properties: { title: text }, additionalProperties: false };
const strict = { ...loose, required: ['title'] };
const wider = { ...loose, properties: { title: text, author: text } };

const check = (
  older: readonly JsonObject[],
  definition: JsonObject,
  mode: Compatibility,
  accepted: string[] = [],
) => {
  const versions = older.map((each, index) => ({ version: `1.${index}.0`, definition: each })).reverse();
  return problemsOf({ version: '2.0.0', definition }, versions, mode, accepted);
};
const told = (...args: Parameters<typeof check>) =>
  check(...args).map(({ against, direction, pointer, rule }) =>
    [against, direction, pointer, rule].join(' '),
  );

describe('the versions that a new one is compared with', () => {
  const all = ['1.2.0', '1.1.0', '1.0.0'];
  it.each<[string[], string[], string, Compatibility, string[]]>([
    [all, [], '2.0.0', 'BACKWARD', ['1.2.0']],
    [all, ['1.2.0'], '2.0.0', 'FULL', ['1.1.0']],
    [all, [], '1.1.5', 'FORWARD', ['1.1.0']],
    [all, [], '0.9.0', 'BACKWARD', []],
    [['1.2.0'], ['1.2.0'], '2.0.0', 'BACKWARD', []],
    [[], [], '1.0.0', 'BACKWARD', []],
    [all, [], '2.0.0', 'BACKWARD_TRANSITIVE', all],
    [all, ['1.1.0'], '1.3.0', 'FULL_TRANSITIVE', ['1.2.0', '1.0.0']],
    [all, [], '2.0.0', 'NONE', []],
  ])('beside %j, of which %j are withdrawn: %s, %s', (versions, withdrawn, version, mode, expected) => {
    expect(comparedVersions({ all: versions, withdrawn }, version, mode)).toEqual(expected);
  });
});

describe('a new version', () => {
  it('that is stricter is forward compatible alone, one that takes more backward alone', () => {
    expect(told([loose], strict, 'BACKWARD')).toEqual(['1.0.0 BACKWARD /required REQUIRED_ADDED']);
    expect(told([loose], strict, 'FORWARD')).toEqual([]);
    expect(told([loose], wider, 'BACKWARD')).toEqual([]);
    expect(told([loose], wider, 'FORWARD')).toEqual([
      '1.0.0 FORWARD /additionalProperties PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL',
    ]);
    expect(told([loose], wider, 'FULL')).toHaveLength(1);
    expect(told([loose], { ...loose, description: 'Other words.' }, 'FULL')).toEqual([]);
  });

  it('is compared with all versions by a transitive mode', () => {
    // The second takes more than the first, and the third as much as the second.
    expect(told([wider], { ...wider, title: 'Again' }, 'FULL')).toEqual([]);
    expect(told([loose, wider], wider, 'FORWARD_TRANSITIVE')).toEqual([
      '1.0.0 FORWARD /additionalProperties PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL',
    ]);
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    [
      'a member where others were taken',
      { type: 'object' },
      { type: 'object', properties: { a: text } },
      '/properties/a/type PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL',
    ],
    [
      'a member with another type',
      { type: 'object', properties: { a: text } },
      { type: 'object', properties: { a: { type: 'number' } } },
      '/properties/a/type TYPE_NARROWED',
    ],
    [
      'closed',
      { type: 'object' },
      { type: 'object', additionalProperties: false },
      '/additionalProperties ADDITIONAL_PROPERTIES_REMOVED',
    ],
    ['a word less', { enum: ['a', 'b'] }, { enum: ['a'] }, ' ENUM_NARROWED'],
    ['shorter', text, { ...text, maxLength: 3 }, '/maxLength MAX_LENGTH_DECREASED'],
    ['a form less', { anyOf: [text, { type: 'null' }] }, { anyOf: [text] }, '/anyOf ANY_OF_NARROWED'],
    [
      'in a list',
      { type: 'array', items: { type: ['string', 'null'] } },
      { type: 'array', items: text },
      '/items/type TYPE_NARROWED',
    ],
  ])('names the rule: %s', (_what, older, newer, expected) => {
    const [problem] = check([older], newer, 'BACKWARD');
    expect(`${problem?.pointer} ${problem?.rule}`).toBe(expected);
    expect(problem).toMatchObject({ verdict: 'INCOMPATIBLE', fix: expect.stringMatching(/\w\.$/) });
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    ['patterns', { ...text, pattern: '^a' }, { ...text, pattern: '^a+' }, '/pattern'],
    ['exceptions', text, { ...text, not: { const: 'a' } }, '/not'],
    ['forms', text, { oneOf: [{ minLength: 1 }, { maxLength: 0 }] }, '/oneOf'],
    ['conditions', { type: 'object' }, { type: 'object', if: { required: ['a'] }, else: false }, '/if'],
  ])(
    'is not known to be compatible where %s differ, unless that place is accepted by name',
    (_, older, newer, pointer) => {
      expect(check([older], newer, 'BACKWARD')).toMatchObject([
        { verdict: 'UNKNOWN', accepted: false, pointer },
      ]);
      expect(check([older], newer, 'BACKWARD', ['/elsewhere', pointer])).toMatchObject([{ accepted: true }]);
    },
  );

  it('cannot have what is known to be incompatible accepted', () => {
    expect(check([loose], strict, 'BACKWARD', ['/required'])).toMatchObject([
      { verdict: 'INCOMPATIBLE', accepted: false },
    ]);
  });

  it('is told of with the place, the fix and the ways around', () => {
    const base = {
      id: 'a',
      version: '2.0.0',
      compatibility: 'BACKWARD',
      comparedWith: ['1.0.0'],
      errors: [],
    } as const;
    const report = { ...base, problems: check([text], { ...text, maxLength: 3 }, 'FULL') };
    expect(isCompatible(report)).toBe(false);
    expect(errorsOf(report)).toEqual([
      {
        field: 'definition.maxLength',
        code: 'SCHEMA_INCOMPATIBLE',
        message: expect.stringMatching(/version 1\.0\.0 .*`maxLength`.*Allow .*`compatibility: NONE`/),
      },
    ]);
    const older = [{ ...text, pattern: '^a' }];
    const unknown = { ...base, problems: check(older, { ...text, pattern: '^b' }, 'BACKWARD') };
    expect(errorsOf(unknown)[0]?.message).toContain('`/pattern` in `acceptUnknown`');
  });

  it('of any size is compared with any number of versions in bounded time', () => {
    const forms = (from: number) => ({
      anyOf: Array.from({ length: 6 }, (_, index) => ({ type: 'string', minLength: from + index })),
    });
    const all = (from: number) => ({ allOf: Array.from({ length: 30 }, (_, index) => forms(from + index)) });
    const older = Array.from({ length: 100 }, (_, index) => all(index));
    const problems = check(older, all(200), 'FULL_TRANSITIVE');
    expect(problems.length).toBeLessThanOrEqual(100);
    expect(problems.map(({ rule }) => rule)).toContain('TOO_COMPLEX');
  });
});
