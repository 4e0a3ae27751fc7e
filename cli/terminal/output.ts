import type { EventEmitter } from 'node:events';
import { READER_GONE } from './exit-codes.ts';

/** Ends the process when what it prints cannot be written: quietly when nobody reads it, else as `fail` tells. */
export function endWithOutput(
  streams: readonly EventEmitter[],
  fail: (error: unknown) => Promise<number>,
  exit: (code: number) => void = process.exit,
): void {
  const end = async (error: NodeJS.ErrnoException) =>
    exit(error.code === 'EPIPE' ? READER_GONE : await fail(error));
  for (const stream of streams) stream.on('error', end);
}
