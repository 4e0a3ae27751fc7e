import { z } from 'zod';
import { InputErrors } from '../../platform/errors.ts';
import type { Caller } from '../../platform/identity/service-tokens.ts';
import { retiredError } from '../../platform/serving/direct-reads/owners.ts';
import type { Processor } from './processor.ts';
import type { StatusChange } from './store.ts';

/** What an operator does to a processor. */
export type LifecycleAction = 'pause' | 'resume' | 'retire';

interface Transition {
  readonly from: readonly Processor['status'][];
  readonly to: Processor['status'];
}

/** Each may be asked for again: who has the status already keeps it, since when and why. */
export const transitions: Readonly<Record<LifecycleAction, Transition>> = {
  pause: { from: ['active'], to: 'paused' },
  resume: { from: ['paused'], to: 'active' },
  retire: { from: ['active', 'paused'], to: 'retired' },
};

const MAX_REASON = 200;

const reasonSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(MAX_REASON, `must have at most ${MAX_REASON} characters`)
  .refine(
    (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
    'must be one line, without half a surrogate pair',
  )
  .nullish();

/** An operator's words on a change. @throws InputErrors VALIDATION_FAILED */
export function parseReason(reason: unknown): string | null {
  const parsed = reasonSchema.safeParse(reason);
  if (parsed.success) return parsed.data ?? null;
  const message = `\`reason\` ${parsed.error.issues[0]?.message ?? 'must be text'}.`;
  throw new InputErrors([{ field: 'reason', code: 'VALIDATION_FAILED', message }]);
}

export const changeOf = (action: LifecycleAction, reason: string | null, at: Date): StatusChange => ({
  status: transitions[action].to,
  status_since: at,
  status_reason: reason,
});

/**
 * Whether a registration may follow the one before. A retired processor comes back with a version that it never had,
 * registered by an operator: ids of what it makes then differ from those of what is gone.
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
  if (earlier?.status !== 'retired' || viewer?.roles.includes('operator')) return;
  throw retiredError(id, 'An operator may register it anew, with another version.');
}
