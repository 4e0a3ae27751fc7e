import { z } from 'zod';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import { isOperator } from '../../../platform/identity/users/scopes.ts';
import { filled, parseInput } from '../../../platform/input/label.ts';
import { retiredError } from '../../../platform/serving/direct-reads/owners.ts';
import type { Processor } from './processor.ts';
import type { StatusChange } from './store.ts';

/** An operator's action on a processor. */
export type LifecycleAction = 'pause' | 'resume' | 'retire';

interface Transition {
  readonly from: readonly Processor['status'][];
  readonly to: Processor['status'];
}

/** All actions are idempotent: a processor that has the status keeps its time and reason. */
export const transitions: Readonly<Record<LifecycleAction, Transition>> = {
  pause: { from: ['active'], to: 'paused' },
  resume: { from: ['paused'], to: 'active' },
  retire: { from: ['active', 'paused'], to: 'retired' },
};

const MAX_REASON = 200;

const reasonSchema = z.object({
  reason: z.string('must be a text').trim().pipe(filled(MAX_REASON)).nullish(),
});

/** The operator's reason for a change. @throws InputErrors VALIDATION_FAILED */
export const parseReason = (reason: unknown): string | null =>
  parseInput(reasonSchema, { reason }).reason ?? null;

export const changeOf = (action: LifecycleAction, reason: string | null, at: Date): StatusChange => ({
  status: transitions[action].to,
  status_since: at,
  status_reason: reason,
});

/**
 * Checks that a declaration may follow the earlier one. Only an operator can register a retired processor again, and
 * only with a new version, so that the ids of its blobs differ from those that were deleted.
 * @throws BlobgraphError PROCESSOR_RETIRED
 */
export function assertMayReturn(
  { id, version }: Pick<Processor, 'id' | 'version'>,
  earlier: Pick<Processor, 'status' | 'retired_versions'> | undefined,
  { viewer }: Caller,
): void {
  if (earlier?.retired_versions.includes(version)) {
    throw retiredError(id, `Version ${version} does not come back: register it anew with another version.`);
  }
  if (earlier?.status !== 'retired' || (viewer && isOperator(viewer))) return;
  throw retiredError(id, 'An operator may register it anew, with another version.');
}
