import { BlobgraphError } from '../errors/errors.ts';
import type { Position } from '../event-log/message.ts';

export const invalidCursor = (field = 'after'): BlobgraphError =>
  new BlobgraphError(
    'CURSOR_INVALID',
    'The cursor is not one that this graph gave out. Leave `after` out, or use a `cursor` or `liveCursor`.',
    { field },
  );

/** A position of the log as an opaque cursor. */
export const encodeCursor = (position: Position): string =>
  Buffer.from(JSON.stringify([position.epoch, position.sequence])).toString('base64url');

/** The position that a cursor stands for. @throws BlobgraphError CURSOR_INVALID */
export function decodeCursor(cursor: string, field = 'after'): Position {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value) && value.length === 2) {
      const [epoch, sequence] = value as unknown[];
      if (typeof epoch === 'string' && Number.isSafeInteger(sequence) && (sequence as number) >= 0) {
        return { epoch, sequence: sequence as number };
      }
    }
  } catch {
    // Falls through to the one typed error: the reason is of no use to the client.
  }
  throw invalidCursor(field);
}
