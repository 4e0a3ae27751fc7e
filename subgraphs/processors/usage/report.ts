import { z } from 'zod';
import {
  MAX_OPERATION_COORDINATES,
  MAX_REPORTED_OPERATIONS,
  type OperationUse,
} from '../../../platform/clients/supergraph.ts';
import { filled, label, parseInput } from '../../../platform/input/label.ts';

const MAX_NAME = 200;
const MAX_HASH = 128;
const MAX_COUNT = 1_000_000_000;
/** How far gateways' clocks may be ahead. */
const MAX_AHEAD_MS = 5 * 60 * 1_000;

/** Schema coordinates as operations use them: names alone, so that there is no room for content. */
const COORDINATE = /^[A-Za-z_]\w{0,127}(?:\.[A-Za-z_]\w{0,127}(?:\([A-Za-z_]\w{0,127}:\))?)?$/;

const operation = z.strictObject({
  hash: filled(MAX_HASH),
  name: label(MAX_NAME).nullable(),
  kind: z.enum(['query', 'mutation', 'subscription'], 'must be query, mutation or subscription'),
  coordinates: z
    .array(
      z.string().regex(COORDINATE, 'must be a schema coordinate, e.g. `BlobIndex.title`'),
      'must be a list',
    )
    .max(MAX_OPERATION_COORDINATES, `must have at most ${MAX_OPERATION_COORDINATES} entries`),
  count: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MAX_COUNT, `must be at most ${MAX_COUNT}`),
  last_seen_at: z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time' }),
});

const report = z.object({
  operations: z
    .array(operation, 'must be a list')
    .max(MAX_REPORTED_OPERATIONS, `must have at most ${MAX_REPORTED_OPERATIONS} entries`),
});

/** Uses of one hash as one; times ahead of `now` become it, as a clock that is wrong would keep them for ever. */
function merged(operations: readonly OperationUse[], now: Date): OperationUse[] {
  const byHash = new Map<string, OperationUse>();
  for (const { coordinates, ...each } of operations) {
    const seen = Math.min(Date.parse(each.last_seen_at), now.getTime() + MAX_AHEAD_MS);
    const earlier = byHash.get(each.hash);
    byHash.set(each.hash, {
      ...each,
      coordinates: [...new Set(coordinates)],
      count: each.count + (earlier?.count ?? 0),
      last_seen_at: new Date(Math.max(seen, earlier ? Date.parse(earlier.last_seen_at) : seen)).toISOString(),
    });
  }
  return [...byHash.values()];
}

/** A gateway's report. @throws InputErrors VALIDATION_FAILED that name the fields */
export const parseReport = (body: unknown, now: Date): OperationUse[] =>
  merged(parseInput(report, body ?? {}).operations, now);
