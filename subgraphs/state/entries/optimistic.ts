import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { retrying } from '../../../platform/time/retry.ts';

const TRIES = { attempts: 20, baseMs: 10, maxMs: 200 } as const;

/**
 * Repeats an attempt to read, decide and write until no other writer comes first.
 * @param attempt resolves to null when another writer came first
 * @throws BlobgraphError SERVICE_UNAVAILABLE after 20 attempts
 */
export function untilWritten<T>(attempt: () => Promise<T | null>): Promise<T> {
  const overtaken = new BlobgraphError(
    'SERVICE_UNAVAILABLE',
    'Too many are changing this at once. Try again.',
  );
  const write = async () => {
    const written = await attempt();
    if (written === null) throw overtaken;
    return written;
  };
  return retrying(write, { ...TRIES, mayPass: (error) => error === overtaken });
}
