import type { Caller } from '../../../platform/identity/service/caller.ts';
import { maySeeInside } from '../registry/inside.ts';
import { isRetired, type Processor } from '../registry/processor.ts';
import { type Health, UNCHECKED } from './decide.ts';
import type { HealthMonitor } from './health.ts';

/** A processor's health; nothing is known of one that is retired, which is checked no more. */
export const healthOf = (
  health: Pick<HealthMonitor, 'of'>,
  processor: Pick<Processor, 'id' | 'status'>,
): Health => (isRetired(processor) ? UNCHECKED : health.of(processor.id));

/** A processor's health as REST shows it. */
export const healthJson = (
  { status, since, checkedAt, latencyMs, reason }: Health,
  caller: Caller,
): object => ({
  status,
  since: since?.toISOString() ?? null,
  checked_at: checkedAt?.toISOString() ?? null,
  latency_ms: latencyMs,
  reason: maySeeInside(caller) ? reason : null,
});
