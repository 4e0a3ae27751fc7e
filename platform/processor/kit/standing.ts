import type { Role } from '../../clients/canary.ts';
import type { ProcessorStatus } from '../../clients/registry.ts';
import { BlobgraphError } from '../../errors/errors.ts';

/** The status that operators gave the processor of this process. */
export interface Standing {
  /** `active` until the registry first answers, and where it does not know the processor. */
  readonly status: ProcessorStatus;
  /** The operator's words. */
  readonly reason: string | null;
  /** The role of this process's version. */
  readonly role: Role;
  /** The candidate beside the present version; null: none. */
  readonly candidate: string | null;
}

export const ACTIVE: Standing = { status: 'active', reason: null, role: 'present', candidate: null };

/** @throws BlobgraphError PROCESSOR_PAUSED, PROCESSOR_RETIRED: what would be made at once cannot be */
export function assertMayMake(id: string, { status, reason }: Pick<Standing, 'status' | 'reason'>): void {
  if (status === 'active') return;
  if (status === 'retired')
    throw new BlobgraphError('PROCESSOR_RETIRED', `\`${id}\` was retired: it makes nothing any more.`);
  const why = reason === null ? '' : ` (${reason})`;
  throw new BlobgraphError('PROCESSOR_PAUSED', `\`${id}\` is paused${why}. Ask again when it is resumed.`);
}
