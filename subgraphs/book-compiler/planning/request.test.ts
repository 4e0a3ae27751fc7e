import { describe, expect, it } from 'vitest';
import { InputErrors } from '../../../platform/errors/errors.ts';
import { type CompileBookInput, inputHash, parseRequest } from './request.ts';

const fieldsAndCodes = (input: CompileBookInput) => {
  try {
    parseRequest(input);
  } catch (error) {
    if (error instanceof InputErrors) return error.errors.map(({ field, code }) => [field, code]);
    throw error;
  }
  return [];
};

describe('parseRequest', () => {
  it('fills in the defaults', () => {
    expect(parseRequest({ bookId: 'b' })).toEqual({
      input: {
        bookId: 'b',
        config: {
          useExpanded: true,
          leaveOutMissing: false,
          title: null,
          author: null,
          subtitle: null,
          rights: null,
          coverBlobId: null,
        },
      },
      idempotencyKey: null,
    });
  });

  it('takes text of any script', () => {
    const input = { bookId: 'כתב/..', title: 'ספר 🦉', author: '著者', useExpanded: false };
    expect(parseRequest(input)).toMatchObject({ input: { config: { title: 'ספר 🦉', author: '著者' } } });
  });

  it.each([
    ['bookId', ''],
    ['bookId', 'x'.repeat(201)],
    ['title', ' '],
    ['title', 'x'.repeat(501)],
    ['title', 'two\nlines'],
    ['author', 'bell\u0007'],
    ['author', 'next line\u0085'],
    ['idempotencyKey', ''],
    ['idempotencyKey', 'x'.repeat(256)],
  ])('refuses %s %j', (field, value) => {
    expect(fieldsAndCodes({ bookId: 'b', [field]: value })).toEqual([[field, 'VALIDATION_FAILED']]);
  });

  it.each([
    ['bookId', 'nul\0'],
    ['title', 'lone \ud800'],
    ['idempotencyKey', '\udfff'],
  ])('refuses %s %j, which cannot be stored', (field, value) => {
    expect(fieldsAndCodes({ bookId: 'b', [field]: value })).toEqual([[field, 'TEXT_MALFORMED']]);
  });

  it('names every mistake at once', () => {
    expect(fieldsAndCodes({ bookId: '', title: '\n', author: '\0' })).toHaveLength(3);
  });
});

describe('inputHash', () => {
  const hash = (input: Partial<CompileBookInput> = {}) =>
    inputHash(parseRequest({ bookId: 'b', ...input }).input);

  it('is equal for equivalent inputs', () => {
    expect(hash({ useExpanded: true, title: null })).toBe(hash());
    expect(hash({ title: ' T ' })).toBe(hash({ title: 'T' }));
    expect(hash({ idempotencyKey: 'k' })).toBe(hash());
  });

  it('differs for different inputs', () => {
    const inputs = [
      {},
      { bookId: 'c' },
      { useExpanded: false },
      { leaveOutMissing: true },
      { title: 'x' },
      { author: 'x' },
      { title: 'x', author: 'x' },
    ];
    expect(new Set(inputs.map(hash)).size).toBe(inputs.length);
  });
});
