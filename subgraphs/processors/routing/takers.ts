import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { Caller } from '../../../platform/identity/service-tokens.ts';
import type { Health } from '../health.ts';
import { isRetired, type Processor } from '../processor.ts';

/** What is asked of the router: who takes blobs of a schema, on one event or, where it is null, on any or on demand. */
export interface Route {
  readonly schema_id: string;
  readonly event: string | null;
}

const MAX_NAME = 128;

const query = z.object({
  schema_id: z.string().min(1).max(MAX_NAME),
  event: z.string().min(1).max(MAX_NAME).nullable().default(null),
});

/** @throws BlobgraphError VALIDATION_FAILED */
export function parseRoute(given: unknown): Route {
  const parsed = query.safeParse(given);
  if (parsed.success) return parsed.data;
  const field = String(parsed.error.issues[0]?.path[0] ?? 'schema_id');
  const example = field === 'event' ? 'blob.created' : 'text-input-v1';
  const message = `\`${field}\` must be given once, e.g. \`${example}\`, with at most ${MAX_NAME} characters.`;
  throw new BlobgraphError('VALIDATION_FAILED', message, { field });
}

/** Those that take it, also those that are given no work at present, in the order given. */
export const takersOf = (processors: readonly Processor[], { schema_id, event }: Route): Processor[] =>
  processors.filter(({ takes, input_schema_ids }) =>
    (event === null ? input_schema_ids : (Object.hasOwn(takes, event) && takes[event]) || []).includes(
      schema_id,
    ),
  );

/** Where a processor answers is for operators, and for services that ask for themselves. */
const mayLocate = ({ viewer }: Caller): boolean => viewer === null || viewer.roles.includes('operator');

/** A taker as the router tells of it. `active`: whether it is given work. */
export const takerJson = (processor: Processor, { state, checkedAt }: Health, caller: Caller): object => ({
  id: processor.id,
  name: processor.name,
  type: processor.graphql_type,
  version: processor.version,
  output_schema_id: processor.output_schema_id,
  active: processor.active && processor.status === 'active',
  status: processor.status,
  status_since: processor.status_since?.toISOString() ?? null,
  status_reason: processor.status_reason,
  health: isRetired(processor) ? 'unknown' : state,
  checked_at: checkedAt?.toISOString() ?? null,
  ...(mayLocate(caller) ? { base_url: processor.base_url } : {}),
});
