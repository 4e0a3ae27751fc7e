import { createHash } from 'node:crypto';
import { BlobgraphError } from '../errors/errors.ts';

/** The field of an input that holds its idempotency key. */
export const KEY_FIELD = 'idempotencyKey';

/** SHA-256 in hex of what an input means, its key aside; it is kept with what was made of the input. */
export const hashOfInput = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The refusal of a key that stands for what another input made. */
export const idempotencyConflict = (): BlobgraphError =>
  new BlobgraphError(
    'IDEMPOTENCY_CONFLICT',
    `\`${KEY_FIELD}\` was used with another input. Use a new key for new input.`,
    { field: KEY_FIELD },
  );

/** `stored`: with what the key stands for. @throws BlobgraphError IDEMPOTENCY_CONFLICT */
export function assertSameInput(stored: { readonly inputHash: string | null }, hash: string): void {
  if (stored.inputHash !== hash) throw idempotencyConflict();
}
