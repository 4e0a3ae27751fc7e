import { setTimeout as pause } from 'node:timers/promises';
import { BlobgraphError } from '../../platform/errors.ts';

const MAX_TRIES = 20;

/**
 * Reads, decides and writes, again when another wrote in between.
 * @param attempt resolves to null when another was first
 * @throws BlobgraphError SERVICE_UNAVAILABLE after 20 tries
 */
export async function untilWritten<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const written = await attempt();
    if (written !== null) return written;
    await pause(Math.random() * 10 * tries);
  }
  throw new BlobgraphError('SERVICE_UNAVAILABLE', 'Too many are changing this at once. Try again.');
}
