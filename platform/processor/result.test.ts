import { describe, expect, it } from 'vitest';
import { createLogger } from '../logger.ts';
import type { RunResult } from './define.ts';
import { storableResult } from './result.ts';

const data = { words: ['sea'] };
// What a processor in plain JavaScript, or one that casts, may answer.
const stored = (over: object) =>
  storableResult({ preview: 'sea', data, ...over } as RunResult, createLogger('silent'));
const circle: Record<string, unknown> = {};
circle['self'] = circle;

describe('a result', () => {
  it('is measured, unless it says its measures itself', () => {
    expect(stored({})).toMatchObject({ title: undefined, data, sizeBytes: 17 });
    const measures = { contentHash: 'a'.repeat(64), sizeBytes: 3 };
    expect(stored(measures)).toMatchObject(measures);
  });

  it('is stored as JSON has it, whatever the store could hold', () => {
    const date = new Date('2026-01-31T12:00:00Z');
    const made = {
      date,
      none: undefined,
      list: [undefined, Number.NaN],
      method: () => 1,
      kept: 'a\0b\ud83e',
    };
    expect(stored({ data: made }).data).toEqual({
      date: '2026-01-31T12:00:00.000Z',
      list: [null, null],
      kept: 'a\0b\ud83e',
    });
  });

  it('keeps members of every name', () => {
    const text = '{"__proto__":{"a":1},"constructor":2,"$set":3,"":4}';
    expect(JSON.stringify(stored({ data: JSON.parse(text) }).data)).toBe(text);
  });

  it('has a title and a preview that the index takes, whatever its source holds', () => {
    const { title, preview } = stored({
      title: ` One\0\n${'x'.repeat(495)}🥊`,
      preview: `a\0b \ud83e ${'🥊'.slice(0, 1)}`,
    });
    expect(title).toBe(`One ${'x'.repeat(494)}`);
    expect(preview).toBe('ab \ufffd ');
    expect(stored({ preview: 'x'.repeat(2_000_000) }).preview).toHaveLength(1_000);
    for (const none of ['', ' \n', null]) expect(stored({ title: none }).title).toBeUndefined();
  });

  it.each([
    ['data', { data: undefined }],
    ['data', { data: null }],
    ['data', { data: 'text' }],
    ['data', { data: [] }],
    ['data', { data: { big: 10n } }],
    ['data', { data: circle }],
    ['data', { data: new Date() }],
    ['preview', { preview: undefined }],
    ['preview', { preview: 42 }],
    ['title', { title: 42 }],
    ['contentHash', { contentHash: 'nope' }],
    ['sizeBytes', { sizeBytes: Number.NaN }],
    ['sizeBytes', { sizeBytes: -1 }],
    ['sizeBytes', { sizeBytes: 1.5 }],
  ])('whose `%s` is wrong is refused by that name', (member, over) => {
    expect(() => stored(over)).toThrow(`The result of the run cannot be stored: \`${member}\`.`);
  });

  it('that is none is refused', () => {
    const none = undefined as unknown as RunResult;
    expect(() => storableResult(none, createLogger('silent'))).toThrow('cannot be stored: `result`');
  });
});
