import { describe, expect, it } from 'vitest';
import { BlobgraphError, type ErrorCode } from '../../platform/errors.ts';
import { judge } from './registration.ts';

const refusal = (code: ErrorCode) => new BlobgraphError(code, 'No.');

describe('judge', () => {
  it.each(['BLOB_DELETED', 'USER_ERASING'] as const)('discards what was deleted: %s', (code) => {
    expect(judge(refusal(code), 0, 0)).toEqual({ kind: 'discard' });
  });

  it.each([
    'SOURCE_UNKNOWN',
    'DERIVED_CONFLICT',
    'DERIVED_ID_MISMATCH',
    'VALIDATION_FAILED',
    'FORBIDDEN',
  ] as const)('sets aside what the index refuses with %s', (code) => {
    expect(judge(refusal(code), 0, 0)).toEqual({ kind: 'quarantine', reason: `${code}: No.` });
  });

  it.each([
    'SERVICE_UNAVAILABLE',
    'INTERNAL',
    'UNAUTHENTICATED',
    'PROCESSOR_UNKNOWN',
    'SCHEMA_UNKNOWN',
  ] as const)('tries again after %s', (code) => {
    expect(judge(refusal(code), 0, 0)).toMatchObject({ kind: 'postpone' });
  });

  it('tries again after a fault that is none of the table', () => {
    expect(judge(new TypeError('x'), 0, 0)).toMatchObject({ kind: 'postpone' });
  });

  it('waits twice as long after each attempt, up to a minute, half of it by chance', () => {
    const delays = (random: number) =>
      [0, 1, 2, 5, 6, 7, 2_000].map((attempts) => {
        const verdict = judge(refusal('INTERNAL'), attempts, random);
        return verdict.kind === 'postpone' ? verdict.delayMs : null;
      });
    expect(delays(0)).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]);
    expect(delays(1)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
  });
});
