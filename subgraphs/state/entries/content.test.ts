import { describe, expect, it } from 'vitest';
import { InputErrors } from '../../../platform/errors/errors.ts';
import { MAX_TEXT_BYTES } from '../../../platform/input/limits.ts';
import { assertStorable, previewOf, titleOf } from './content.ts';

const refusal = (data: unknown) => {
  try {
    assertStorable(data, 'data');
  } catch (error) {
    if (error instanceof InputErrors) return error.errors[0];
    throw error;
  }
  return undefined;
};

describe('the preview', () => {
  it('is the first 200 UTF-16 units, verbatim', () => {
    const content = `  \n${'x'.repeat(300)}`;
    expect(previewOf({ content })).toBe(content.slice(0, 200));
    expect(previewOf({ content: 'short' })).toBe('short');
  });

  it('does not cut a surrogate pair', () => {
    expect(previewOf({ content: `${'x'.repeat(199)}🥊` })).toBe('x'.repeat(199));
  });

  it('is of the text, else of the whole document', () => {
    expect(previewOf({ text: 'a message' })).toBe('a message');
    expect(previewOf({ other: 1 })).toBe('{"other":1}');
  });
});

describe('the title', () => {
  it('is the first line that says something, without heading marks', () => {
    expect(titleOf({ content: '\n\n## The Storm  \nIt rained.' }, 'draft')).toBe('The Storm');
    expect(titleOf({ content: ' \n ' }, 'draft')).toBe('draft');
    expect(titleOf({ content: '---\ntitle: Front\n---\n# Heading' }, 'draft')).toBe('Front');
    const metadata = { title: 'Given' };
    expect(titleOf({ content: '---\ntitle: Front\n---\n# Heading', metadata }, 'draft')).toBe('Given');
    expect(titleOf({ content: '# Heading', metadata: { title: ' \u200b' } }, 'draft')).toBe('Heading');
    expect(titleOf({ content: '# Heading', metadata: { title: 7, x: null } }, 'draft')).toBe('7');
    expect(titleOf(null, 'draft')).toBe('null');
    expect(titleOf({ content: '\u0001\r\n#\tI\tThe \u0085Storm\r\n' }, 'draft')).toBe('I The Storm');
    expect(titleOf({ content: `${'\n'.repeat(3_997)}ab🥊` }, 'draft')).toBe('ab🥊');
  });
});

describe('what can be stored', () => {
  it('takes emoji, right-to-left text and 5 MiB', () => {
    expect(refusal({ content: '🥊 שלום', list: [1, null, { deep: true }] })).toBeUndefined();
    expect(refusal({ content: 'x'.repeat(MAX_TEXT_BYTES - 'content'.length) })).toBeUndefined();
  });

  it.each([
    ['NUL', { metadata: { a: ['x\0'] } }, 'TEXT_MALFORMED', 'data.metadata.a.0'],
    ['a lone surrogate', { content: 'x\ud83e' }, 'TEXT_MALFORMED', 'data.content'],
    ['NUL in a name', { 'a\0': 1 }, 'TEXT_MALFORMED', 'data'],
    ['NUL in a name, within', { a: [{ b: { 'c\0': 1 } }] }, 'TEXT_MALFORMED', 'data.a.0.b'],
    ['NUL after other members', { a: { b: 1 }, c: [[], {}, 'x\0'] }, 'TEXT_MALFORMED', 'data.c.2'],
    [
      'a number that is infinite',
      { list: [1, { a: JSON.parse('-1e400') }] },
      'VALIDATION_FAILED',
      'data.list.1.a',
    ],
    ['too much text', { content: 'é'.repeat(MAX_TEXT_BYTES / 2 + 1) }, 'BLOB_TOO_LARGE', 'data'],
    [
      'numbers that are long when written out',
      { list: Array.from({ length: 300_000 }, () => 1e20) },
      'BLOB_TOO_LARGE',
      'data',
    ],
  ])('refuses %s, naming the field', (_name, data, code, field) => {
    expect(refusal(data)).toMatchObject({ code, field });
  });

  it('takes 64 levels within the document, and no more', () => {
    const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    expect(refusal(nested(65))).toBeUndefined();
    expect(refusal(nested(66))).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('refuses what is nested too deep, without exhausting the stack', () => {
    let data: unknown = 'x';
    for (let level = 0; level < 100_000; level += 1) data = [data];
    expect(refusal({ content: data })).toMatchObject({ code: 'VALIDATION_FAILED', field: 'data' });
  });
});
