import { z } from 'zod';
import { defined } from '../../../platform/collections/defined.ts';
import { label, parseInput } from '../../../platform/input/label.ts';
import { textLimits } from '../../../platform/input/limits.ts';
import type { ReprocessingFilter } from '../store/walks.ts';

export const DEFAULT_RUNS_PER_MINUTE = 60;
const MAX_RUNS_PER_MINUTE = 10_000;
const RATE = `must be a whole number from 1 to ${MAX_RUNS_PER_MINUTE}`;

const time = z.date('must be a time').nullish();
const id = label(textLimits.id).nullish();

const schema = z.object({
  processorId: label(textLimits.id),
  version: label(64).nullish(),
  runsPerMinute: z.int(RATE).min(1, RATE).max(MAX_RUNS_PER_MINUTE, RATE).nullish(),
  allUsers: z.boolean().nullish(),
  idempotencyKey: label(200).nullish(),
  filter: z
    .object({
      schemaId: id,
      bookId: id,
      type: label(textLimits.word).nullish(),
      createdAfter: time,
      createdBefore: time,
      madeByVersion: label(64).nullish(),
      failedOnly: z.boolean().nullish(),
    })
    .nullish(),
});

/** The request, with defaults. */
export interface ReprocessingRequest {
  readonly processorId: string;
  readonly version: string | null;
  readonly runsPerMinute: number;
  readonly allUsers: boolean;
  readonly key: string | null;
  readonly filter: ReprocessingFilter;
}

/** @throws InputErrors VALIDATION_FAILED that names each field that does not fit */
export function parseReprocessing(given: object): ReprocessingRequest {
  const { processorId, version, runsPerMinute, allUsers, idempotencyKey, filter } = parseInput(schema, given);
  const { schemaId, bookId, type, createdAfter, createdBefore, madeByVersion, failedOnly } = defined(
    filter ?? {},
  ) as NonNullable<typeof filter>;
  return {
    processorId,
    version: version ?? null,
    runsPerMinute: runsPerMinute ?? DEFAULT_RUNS_PER_MINUTE,
    allUsers: allUsers ?? false,
    key: idempotencyKey ?? null,
    filter: {
      schemaId: schemaId ?? null,
      bookId: bookId ?? null,
      type: type ?? null,
      createdAfter: createdAfter?.toISOString() ?? null,
      createdBefore: createdBefore?.toISOString() ?? null,
      madeByVersion: madeByVersion ?? null,
      failedOnly: failedOnly ?? false,
    },
  };
}
