import type { BlobgraphError } from '../../errors/errors.ts';
import type { RenewableSession } from './session.ts';

const inAYear = () => new Date(Date.now() + 365 * 24 * 3_600_000);

/** A session that ends when it is told to. */
export function endless(userId: string, until = inAYear()): RenewableSession {
  const acts = new Set<(reason: BlobgraphError) => void>();
  return {
    userId,
    until,
    onEnded: (act) => {
      acts.add(act);
      return () => void acts.delete(act);
    },
    end: (reason) => acts.forEach((act) => void act(reason)),
    close: () => acts.clear(),
    renew: async () => {},
  };
}
