import { describe, expect, it } from 'vitest';
import { cpuMsOf } from '../../testing/cpu-time.ts';
import { compileSchema, type JsonObject } from '../validator.ts';
import { chainOf } from './chain.ts';
import { applyChanges, declaredChanges, upcastProblems } from './declared.ts';
import { type UpcastSchema, upcast } from './upcast.ts';

const changed = (document: unknown, changes: unknown) => {
  const definition = { 'x-upcast': changes };
  expect(upcastProblems(definition)).toEqual([]);
  applyChanges(document, declaredChanges(definition));
  return document;
};

describe('what a definition declares', () => {
  it.each<[string, unknown, unknown, unknown]>([
    [
      'renames',
      { text: 'a', b: 1 },
      [{ op: 'move', from: '/text', path: '/content' }],
      { content: 'a', b: 1 },
    ],
    ['puts elsewhere', { t: 1 }, [{ op: 'move', from: '/t', path: '/meta/title' }], { meta: { title: 1 } }],
    ['leaves out', { a: 1, b: { c: 2, d: 3 } }, [{ op: 'remove', path: '/b/c' }], { a: 1, b: { d: 3 } }],
    ['adds what is absent', {}, [{ op: 'default', path: '/a/b', value: [1] }], { a: { b: [1] } }],
    ['keeps what is there', { a: null }, [{ op: 'default', path: '/a', value: 1 }], { a: null }],
    [
      'in each entry of a list',
      { s: [{ a: 1 }, { a: 2, kept: true }, 'x'] },
      [
        { op: 'default', path: '/s/*/kept', value: false },
        { op: 'move', from: '/s/*/a', path: '/s/*/b' },
      ],
      { s: [{ b: 1, kept: false }, { b: 2, kept: true }, 'x'] },
    ],
    [
      'in their order',
      { a: 1 },
      [
        { op: 'move', from: '/a', path: '/b' },
        { op: 'move', from: '/b', path: '/c' },
      ],
      { c: 1 },
    ],
    [
      'passes over what is not there',
      { a: [] },
      [
        { op: 'move', from: '/x/y', path: '/z' },
        { op: 'remove', path: '/a/b' },
      ],
      { a: [] },
    ],
    ['passes over what is of another kind', 'text', [{ op: 'default', path: '/a', value: 1 }], 'text'],
    [
      'does not lose what cannot be put there',
      { a: 1, b: 2 },
      [{ op: 'move', from: '/a', path: '/b/c' }],
      { a: 1, b: 2 },
    ],
    ['reads pointers', { 'a/b': 1 }, [{ op: 'move', from: '/a~1b', path: '/c~0d' }], { 'c~d': 1 }],
  ])('%s', (_what, document, changes, expected) => {
    expect(changed(document, changes)).toEqual(expected);
  });

  it('reaches no prototype', () => {
    changed({}, [
      { op: 'default', path: '/constructor/prototype/polluted', value: 1 },
      { op: 'remove', path: '/toString/call' },
    ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(typeof Object.prototype.toString.call).toBe('function');
  });

  it('grows a document by no more than it says', () => {
    const document = { list: Array.from({ length: 100_000 }, () => ({})) };
    const value = 'x'.repeat(1_000);
    expect(cpuMsOf(() => changed(document, [{ op: 'default', path: '/list/*/a', value }]))).toBeLessThan(
      2_000,
    );
  });
});

describe('a chain', () => {
  const versions = ['3.0.0', '2.0.0', '1.1.0', '1.0.0'];
  const to = (from: string, target: string, written: readonly [string, string][] = []) =>
    chainOf(
      from,
      target,
      versions,
      written.map(([start, end]) => ({ from: start, to: end, upcast: (data: never) => data })),
    ).map((step) => `${step.to}${step.upcast ? '!' : ''}`);

  it.each<[string, string, [string, string][], string[]]>([
    ['1.0.0', '3.0.0', [], ['1.1.0', '2.0.0', '3.0.0']],
    ['1.0.0', '1.1.0', [], ['1.1.0']],
    ['1.0.0', '3.0.0', [['1.0.0', '2.0.0']], ['2.0.0!', '3.0.0']],
    [
      '1.0.0',
      '3.0.0',
      [
        ['1.0.0', '1.1.0'],
        ['1.0.0', '2.0.0'],
        ['2.0.0', '3.0.0'],
      ],
      ['2.0.0!', '3.0.0!'],
    ],
    ['1.0.0', '1.1.0', [['1.0.0', '2.0.0']], ['1.1.0']],
    // A version that was withdrawn is named by nobody but the blob, or the reader.
    ['1.0.5', '2.5.0', [], ['1.1.0', '2.0.0', '2.5.0']],
    ['2.0.0', '2.0.0', [], []],
  ])('from %s to %s with %j', (from, target, written, steps) => {
    expect(to(from, target, written)).toEqual(steps);
  });
});

describe('reading as a newer version', () => {
  const definitions: Record<string, JsonObject> = {
    '1.0.0': { type: 'object', properties: { text: { type: 'string' } } },
    '2.0.0': {
      type: 'object',
      required: ['content'],
      properties: { content: { type: 'string' } },
      additionalProperties: false,
      'x-upcast': [{ op: 'move', from: '/text', path: '/content' }],
    },
    '3.0.0': {
      type: 'object',
      required: ['content', 'words'],
      properties: { content: { type: 'string' }, words: { type: 'integer' } },
      additionalProperties: false,
    },
  };
  const schema = (over: Partial<UpcastSchema> = {}): UpcastSchema => ({
    id: 'mood-v1',
    versions: Object.keys(definitions),
    written: [
      {
        from: '2.0.0',
        to: '3.0.0',
        upcast: ({ content }: { content: string }) => ({ content, words: content.split(' ').length }),
      },
    ],
    version: async (version) => ({
      validate: compileSchema(definitions[version] ?? {}),
      changes: declaredChanges(definitions[version] ?? {}),
    }),
    ...over,
  });

  it('takes what is declared, then what is written, and leaves the document alone', async () => {
    const document = Object.freeze({ text: 'It rained' });
    expect(await upcast(schema(), document, '1.0.0', '3.0.0')).toEqual({ content: 'It rained', words: 2 });
    expect(await upcast(schema(), document, '1.0.0', '2.0.0')).toEqual({ content: 'It rained' });
    expect(await upcast(schema(), document, '1.0.0', '1.0.0')).toBe(document);
    expect(document).toEqual({ text: 'It rained' });
  });

  it.each<[string, unknown, string, string, Partial<UpcastSchema>, RegExp]>([
    ['of a newer version', {}, '3.0.0', '1.0.0', {}, /version 3\.0\.0 .* not as 1\.0\.0/],
    ['that does not fit then', { text: 7 }, '1.0.0', '2.0.0', {}, /does not fit it at `data\.content`/],
    [
      'on which the upcaster fails',
      { content: 'a' },
      '2.0.0',
      '3.0.0',
      {
        written: [
          {
            from: '2.0.0',
            to: '3.0.0',
            upcast: () => {
              throw new Error('secret');
            },
          },
        ],
      },
      /^(?!.*secret).*upcaster to 3\.0\.0/,
    ],
    [
      'with too many versions between',
      {},
      '1.0.0',
      '2.0.0',
      { versions: Array.from({ length: 200 }, (_, index) => `1.0.${index}`) },
      /more than 100 versions/,
    ],
  ])('is refused for one %s', async (_what, data, from, to, over, message) => {
    await expect(upcast(schema(over), data, from, to)).rejects.toMatchObject({
      code: 'UPCAST_FAILED',
      message: expect.stringMatching(message),
    });
  });
});
