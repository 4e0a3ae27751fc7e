import { describe, expect, it, vi } from 'vitest';
import { BlobgraphError, InputErrors, type UserError } from '../../platform/errors/errors.ts';
import { type BuildPitchInput, parseRequest, planPitch } from './request.ts';

function mistakes(input: BuildPitchInput): readonly Pick<UserError, 'field' | 'code'>[] {
  try {
    parseRequest(input);
    return [];
  } catch (error) {
    if (!(error instanceof InputErrors)) throw error;
    return error.errors.map(({ field, code }) => ({ field, code }));
  }
}

describe('the input', () => {
  it('is a book or a blob, with or without a key', () => {
    expect(parseRequest({ bookId: 'b', idempotencyKey: 'k' })).toEqual({
      input: { bookId: 'b' },
      idempotencyKey: 'k',
    });
    expect(parseRequest({ blobId: 'x', bookId: null })).toEqual({
      input: { blobId: 'x' },
      idempotencyKey: null,
    });
  });

  it.each<[BuildPitchInput, string, string]>([
    [{}, 'bookId', 'VALIDATION_FAILED'],
    [{ bookId: 'b', blobId: 'x' }, 'blobId', 'VALIDATION_FAILED'],
    [{ bookId: ' ' }, 'bookId', 'VALIDATION_FAILED'],
    [{ bookId: 'b'.repeat(201) }, 'bookId', 'VALIDATION_FAILED'],
    [{ blobId: 'a\nb' }, 'blobId', 'VALIDATION_FAILED'],
    [{ blobId: '\0' }, 'blobId', 'TEXT_MALFORMED'],
    [{ blobId: 'x', idempotencyKey: '\ud800' }, 'idempotencyKey', 'TEXT_MALFORMED'],
    [{ blobId: 'x', idempotencyKey: 'k'.repeat(256) }, 'idempotencyKey', 'VALIDATION_FAILED'],
  ])('%j is refused with its field', (input, field, code) => {
    expect(mistakes(input)).toEqual([{ field, code }]);
  });
});

describe('the source of a pitch', () => {
  const entry = { id: 'x', title: 'A chapter', schema_id: 'text-input-v1' };
  const state = (over: object = {}) => ({
    compiled: vi.fn(async () => ({ id: 'c', title: 'The book', schema_id: 'compiled-book-v1' })),
    sources: vi.fn(async () => [entry]),
    ...over,
  });
  const plan = (input: BuildPitchInput, over: object = {}) =>
    planPitch({ input: parseRequest(input).input, userId: 'u' }, { state: state(over) as never });

  it('is the newest compiled version of a book', async () => {
    expect(await plan({ bookId: 'b' })).toEqual({ sourceIds: ['c'], title: 'The book', plan: null });
  });

  it('is the blob itself', async () => {
    expect(await plan({ blobId: 'x' })).toMatchObject({ sourceIds: ['x'], title: 'A chapter' });
  });

  it.each<[string, BuildPitchInput, object, string, string]>([
    [
      'a book that was never compiled',
      { bookId: 'b' },
      { compiled: async () => null },
      'BOOK_INVALID',
      'bookId',
    ],
    [
      'a book that another processor compiles',
      { bookId: 'b' },
      { compiled: async () => ({ id: 'c', title: '', schema_id: 'other-v1' }) },
      'BOOK_INVALID',
      'bookId',
    ],
    ['an unknown blob', { blobId: 'x' }, { sources: async () => [] }, 'BLOB_NOT_FOUND', 'blobId'],
    [
      'a blob of another schema',
      { blobId: 'x' },
      { sources: async () => [{ ...entry, schema_id: 'message-v1' }] },
      'SCHEMA_VIOLATION',
      'blobId',
    ],
    [
      'a blob that it may not read',
      { blobId: 'x' },
      {
        sources: async () => {
          throw new BlobgraphError('FORBIDDEN', 'No.');
        },
      },
      'SCHEMA_VIOLATION',
      'blobId',
    ],
  ])('is not %s', async (_, input, over, code, field) => {
    await expect(plan(input, over)).rejects.toMatchObject({ code, field });
  });
});
