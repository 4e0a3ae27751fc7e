import { z } from 'zod';
import type { SchemaClient } from '../../../../platform/clients/schemas.ts';
import { byArguments } from '../../../../platform/collections/by-arguments.ts';
import { InputErrors, isPassing, toUserErrors, type UserError } from '../../../../platform/errors/errors.ts';
import { isUnavailable, STORE_UNAVAILABLE } from '../../../../platform/errors/unavailable.ts';
import { label, parseInput } from '../../../../platform/input/label.ts';
import { textLimits } from '../../../../platform/input/limits.ts';
import { createPauses } from '../../../../platform/process/event-loop.ts';
import type { Logger } from '../../../../platform/telemetry/logger.ts';
import { assertNotErasing } from '../../deletion/erasure.ts';
import type { IndexEntry } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { Batch, type BatchDependencies, type BatchItem } from './batch.ts';
import { type CreateBlobInput, checkBlobInput } from './blob-input.ts';
import { keyInBatch } from './keys.ts';
import type { RecordDependencies } from './record.ts';

/** Several blobs to create. */
export interface CreateBlobsInput {
  /** 1 to 1,000, of at most 50 schemas and versions of them. */
  readonly blobs: readonly CreateBlobInput[];
  /** The key of a blob without its own is made of this and its position. */
  readonly idempotencyKey?: string | null;
}

/** The result for one blob: its entry, or its errors. */
export interface BlobResult {
  /** Its position in the input, from 0. */
  readonly index: number;
  /** Null when it was not stored. */
  readonly blob: IndexEntry | null;
  /** Empty when it was stored. */
  readonly userErrors: readonly UserError[];
}

const MAX_BLOBS = 1_000;
/** Each schema may be a request to the registry. */
const MAX_SCHEMAS = 50;
/** A part is written when it has this many blobs, or this many bytes. */
const WRITTEN_AT_ONCE = 100;
const BYTES_AT_ONCE = 1024 * 1024;

const batchSchema = z.object({
  blobs: z
    .array(z.unknown())
    .min(1, 'must hold at least one blob')
    .max(MAX_BLOBS, `must hold at most ${MAX_BLOBS} blobs`),
  idempotencyKey: label(textLimits.idempotencyKey).nullish(),
});

/** @throws InputErrors VALIDATION_FAILED */
function checkBatch(input: CreateBlobsInput): void {
  parseInput(batchSchema, input);
  const schemas = new Set(input.blobs.map(({ schemaId, schemaVersion }) => `${schemaId}@${schemaVersion}`));
  if (schemas.size <= MAX_SCHEMAS) return;
  const message = `\`blobs\` must name at most ${MAX_SCHEMAS} schemas and versions of them. Send several batches.`;
  throw new InputErrors([{ field: 'blobs', code: 'VALIDATION_FAILED', message }]);
}

export interface CreateBlobsDependencies extends RecordDependencies, Omit<BatchDependencies, 'records'> {
  readonly store: RecordDependencies['store'] & BatchDependencies['store'] & Pick<StateStore, 'erasure'>;
  /** Gets internal errors, which the caller does not see. */
  readonly logger: Pick<Logger, 'error'>;
}

/** The dependencies of records, which look up each schema, its takers and each book once per batch. */
const lookedUpOnce = ({
  schemas,
  processors,
  store,
  ids,
  turns,
}: CreateBlobsDependencies): RecordDependencies => ({
  ids,
  turns,
  processors: {
    takers: byArguments((schemaId: string, event: string) => processors.takers(schemaId, event)),
  },
  schemas: {
    validatorOfNew: byArguments((...given: Parameters<SchemaClient['validatorOfNew']>) =>
      schemas.validatorOfNew(...given),
    ),
  },
  store: {
    bookRecords: byArguments((userId: string, bookIds: readonly string[]) =>
      store.bookRecords(userId, bookIds),
    ),
  },
});

/** The errors that the caller sees; internal errors are logged. */
function userErrorsOf(error: unknown, logger: Pick<Logger, 'error'>): readonly UserError[] {
  try {
    return toUserErrors(error);
  } catch {
    if (isUnavailable(error)) return [{ field: null, ...STORE_UNAVAILABLE }];
    if (isPassing(error)) {
      const { code, message } = error as UserError;
      return [{ field: null, code, message }];
    }
    logger.error({ err: error }, 'storing a blob of a batch failed');
    return [{ field: null, code: 'INTERNAL', message: 'Something went wrong on our side.' }];
  }
}

/**
 * Stores a user's blobs, each independently like `createBlob`: writing a blob is its commit point. They are written in
 * parts, so that other requests are served in between; while one is written, the next is checked.
 * @throws InputErrors VALIDATION_FAILED, BlobgraphError USER_ERASING for all of them
 */
export async function createBlobs(
  deps: CreateBlobsDependencies,
  userId: string,
  input: CreateBlobsInput,
): Promise<BlobResult[]> {
  checkBatch(input);
  await assertNotErasing(deps.store, userId);
  const batch = new Batch({ ...deps, records: lookedUpOnce(deps) }, userId);
  const pause = createPauses();
  const batchKey = input.idempotencyKey ?? null;
  let part: BatchItem[] = [];
  let bytes = 0;
  const write = async () => {
    await batch.store(part, pause);
    [part, bytes] = [[], 0];
  };
  for (const [index, blob] of input.blobs.entries()) {
    await pause();
    const item: BatchItem = { index, input: blob, key: keyInBatch(blob, batchKey, index) };
    batch.settle(item, () => {
      bytes += checkBlobInput(blob);
      part.push(item);
    });
    if (part.length >= WRITTEN_AT_ONCE || bytes >= BYTES_AT_ONCE) await write();
  }
  await write();
  await batch.finish();
  return input.blobs.map((_, index) => {
    const outcome = batch.outcomeOf(index);
    return 'entry' in outcome
      ? { index, blob: outcome.entry, userErrors: [] }
      : { index, blob: null, userErrors: userErrorsOf(outcome.error, deps.logger) };
  });
}
