import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import { textLimits } from '../../../platform/input/limits.ts';
import type { Health } from '../health/decide.ts';
import { maySeeInside } from '../registry/inside.ts';
import type { Processor } from '../registry/processor.ts';

/** A route query: the takers of a schema's blobs on one event; null: on any event or on demand. */
export interface Route {
  readonly schema_id: string;
  readonly event: string | null;
}

const query = z.object({
  schema_id: z.string().min(1).max(textLimits.id),
  event: z.string().min(1).max(textLimits.id).nullable().default(null),
});

/** @throws BlobgraphError VALIDATION_FAILED */
export function parseRoute(given: unknown): Route {
  const parsed = query.safeParse(given);
  if (parsed.success) return parsed.data;
  const field = String(parsed.error.issues[0]?.path[0] ?? 'schema_id');
  const example = field === 'event' ? 'blob.created' : 'text-input-v1';
  const message = `\`${field}\` must be given once, e.g. \`${example}\`, with at most ${textLimits.id} characters.`;
  throw new BlobgraphError('VALIDATION_FAILED', message, { field });
}

/** Processors that take the route's blobs, inactive ones included, in the given order. */
export const takersOf = (processors: readonly Processor[], { schema_id, event }: Route): Processor[] =>
  processors.filter(({ takes, input_schema_ids }) =>
    (event === null ? input_schema_ids : (Object.hasOwn(takes, event) && takes[event]) || []).includes(
      schema_id,
    ),
  );

/** A taker in the answer. `active`: whether it gets work. */
export const takerJson = (
  processor: Processor,
  { status: health, checkedAt }: Health,
  caller: Caller,
): object => ({
  id: processor.id,
  name: processor.name,
  type: processor.graphql_type,
  version: processor.version,
  output_schema_id: processor.output_schema_id,
  active: processor.active && processor.status === 'active',
  status: processor.status,
  status_since: processor.status_since?.toISOString() ?? null,
  status_reason: processor.status_reason,
  health,
  checked_at: checkedAt?.toISOString() ?? null,
  ...(maySeeInside(caller) ? { base_url: processor.base_url } : {}),
});
